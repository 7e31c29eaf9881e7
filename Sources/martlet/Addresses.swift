import Addressing
import CNI
import IPAM
import Ledger
import System

/// The operations of `martlet-ipam`, called by itself to serve another plugin: the ledger only, no kernel.
extension Operation {
    /// Leases addresses for a plugin that makes the interface, with the subnet that it needs.
    func addAddresses(answer: (CNIResult) throws(CNIFailure) -> Void) throws(CNIFailure) {
        let wishes = try PodWishes(request)
        let namespace = try openNamespace()
        let directory = try makeDirectory()
        try ledger { () throws(LedgerError) in try directory.lock(attachment) }
        let book = try openLedger(directory)
        let subnets = try Subnets(settings.ipam, request.type)
        let wish = addressRequest(wishes, namespace.identity)
        let grant = try lease(wish, book, directory) { () throws(LedgerError) in
            try subnets.reserve(in: book)
        }
        do throws(CNIFailure) {
            if grant.claimedBlock { try ledger { () throws(LedgerError) in try book.synchronize() } }
            try answer(try subnets.result(grant, routes: settings.ipam.routes ?? [], dns: settings.dns))
        } catch {
            try ledger { () throws(LedgerError) in try free(grant.leases, book, directory) }
            throw error
        }
    }

    private func addressRequest(_ wishes: PodWishes, _ sandbox: FileStatus.Identity) -> LeaseRequest {
        var addresses: [LeaseRequest.Address] = []
        for family in AddressFamily.allCases {
            let wanted = wishes.addresses.first { $0.family == family }
            guard wanted != nil || settings.ipam.assigns.contains(family) else { continue }
            addresses.append(
                LeaseRequest.Address(
                    family, wanted: wanted, pools: wishes.pools(family) ?? settings.ipam.poolNames(family)))
        }
        return LeaseRequest(
            attachment: attachment,
            pod: PodIdentity(
                namespace: request.args.podNamespace, name: request.args.podName, uid: request.args.podUID),
            addresses: addresses, hostInterface: "", mac: "", sandbox: request.netns ?? "",
            sandboxIdentity: sandbox, pools: settings.ipam.pools, ranges: settings.ipam.ranges,
            reservations: settings.ipam.reservations, blockLimit: settings.ipam.blockLimit, isRouted: false)
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
    func checkAddresses() throws(CNIFailure) { _ = try checkedLeases() }

    /// The attachment's leases, each listed by prevResult.
    func checkedLeases() throws(CNIFailure) -> [Lease] {
        let folder = try ledger { () throws(LedgerError) in
            try LedgerDirectory(existing: settings.dataDirectory)
        }
        guard let directory = folder else { throw noLease() }
        let opened = try ledger { () throws(LedgerError) in try existingLedger(directory) }
        guard let book = opened else { throw noLease() }
        let leases = try ledger { () throws(LedgerError) in try book.leases(of: attachment) }
        if leases.isEmpty { throw noLease() }
        for lease in leases {
            let isThere = request.prevResult?.ips.contains { $0.address.address == lease.address } ?? false
            if !isThere {
                throw CNIFailure(
                    .checkFailed,
                    "the ledger leases " + lease.address.description + " to this container, prevResult does not list it"
                )
            }
        }
        return leases
    }

    func noLease() -> CNIFailure {
        CNIFailure(
            .checkFailed,
            "the ledger has no lease for container " + attachment.containerID + ", interface "
                + attachment.ifname + ", network " + attachment.network)
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
            for block in try book.emptyBlocks() where !block.isRouted {
                _ = try book.transaction(in: directory) { () throws(LedgerError) in try book.giveBack(block) }
            }
        }
    }
}
