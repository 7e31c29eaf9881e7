import Addressing
import CNI
import IPAM
import Ledger
import NetworkConfiguration
import System

/// The operations of `martlet-ipam`, called by itself to serve another plugin: the ledger, and of the kernel only the
/// nftables table.
extension Operation {
    /// Leases addresses for a plugin that makes the interface, with the subnet that it needs.
    func addAddresses(answer: (CNIResult) throws(CNIFailure) -> Void) throws(CNIFailure) {
        let addresses = try settings.addresses(try PodWishes(request))
        let namespace = try openNamespace()
        let subnets = try Subnets(settings.ipam, request.type)
        let directory = try makeDirectory()
        try ledger { () throws(LedgerError) in try directory.lock(attachment) }
        let book = try openLedger(directory)
        let wish = settings.leaseRequest(request, attachment, addresses, sandbox: namespace.identity)
        let grant = try lease(wish, book, directory) { () throws(LedgerError) in
            try subnets.refuseForeign(book)
            try subnets.reserve(in: book)
        }
        do throws(CNIFailure) {
            if !grant.claimed.isEmpty { try ledger { () throws(LedgerError) in try book.synchronize() } }
            try bringPools(of: grant)
            try answer(try subnets.result(grant, routes: settings.ipam.routes ?? [], dns: settings.dns))
        } catch {
            try ledger { () throws(LedgerError) in try free(grant.leases, book, directory) }
            throw error
        }
    }

    /// Frees the attachment's addresses.
    func delAddresses() throws(CNIFailure) {
        let folder = try ledger { () throws(LedgerError) in
            try LedgerDirectory(existing: settings.dataDirectory)
        }
        guard let directory = folder else { return }
        try ledger { () throws(LedgerError) in
            try directory.lock(attachment)
            guard let book = try existingLedger(directory) else { return }
            let leases = try heldLeases(book)
            if !leases.isEmpty { try free(leases, book, directory) }
        }
    }

    /// Compares the leases with what prevResult says the container has.
    ///
    /// - Throws: `CNIFailure` with code 103, or 3 where nothing at all is known of the container's interface.
    func checkAddresses() throws(CNIFailure) {
        do throws(CNIFailure) { _ = try checkedLeases(request.prevResult?.ips ?? []) } catch { throw told(error) }
    }

    /// The attachment's leases, which must be the addresses that prevResult lists.
    func checkedLeases(_ ips: [CNIResult.IP]) throws(CNIFailure) -> [Lease] {
        let leases = try currentLeases()
        let leased = leases.map(\.address)
        let listed = ips.map(\.address.address)
        if leased.isEmpty || !listed.allSatisfy(leased.contains) || !leased.allSatisfy(listed.contains) {
            throw CNIFailure(
                .checkFailed,
                "the ledger leases " + list(leased) + " to container " + attachment.containerID + ", interface "
                    + attachment.ifname + ", network " + attachment.network + "; prevResult lists " + list(listed))
        }
        return leases
    }

    private func list(_ addresses: [IPAddress]) -> String {
        addresses.isEmpty ? "nothing" : addresses.map(\.description).joined(separator: " and ")
    }

    private func currentLeases() throws(CNIFailure) -> [Lease] {
        try ledger { () throws(LedgerError) in
            guard let directory = try LedgerDirectory(existing: settings.dataDirectory),
                let book = try existingLedger(directory)
            else { return [] }
            return try book.leases(of: attachment)
        }
    }

    /// Frees the addresses of this network's attachments that the runtime does not name.
    func collectAddresses() throws(CNIFailure) {
        let valid = try validAttachments()
        let folder = try ledger { () throws(LedgerError) in
            try LedgerDirectory(existing: settings.dataDirectory)
        }
        guard let directory = folder else { return }
        try ledger { () throws(LedgerError) in
            guard let book = try existingLedger(directory) else { return }
            let garbage = try book.leases(ofNetwork: request.network).filter { !valid.contains($0.attachment) }
            if !garbage.isEmpty { try free(garbage, book, directory) }
            for block in try book.emptyBlocks() where !block.isRouted && !block.isShared {
                try book.transaction(in: directory) { () throws(LedgerError) in
                    if try book.giveBack(block) { try book.removeDrainedPools() }
                }
            }
        }
    }
}
