import Addressing
import CNI
import Dataplane
import Glibc
import IPAM
import Ledger
import System

/// STATUS: whether an ADD would find what it needs. It asks, and changes nothing.
extension Operation {
    /// - Throws: `CNIFailure` with code 50 when an ADD cannot be served.
    func status() throws(CNIFailure) {
        guard usesOwnIPAM else {
            guard let type = request.ipamType else {
                throw CNIFailure(.invalidConfiguration, "ipam.type: expected the name of an IPAM plugin, found nothing")
            }
            _ = try request.delegation(to: type).run(.status)
            return
        }
        try statusOfAddresses()
    }

    /// - Throws: `CNIFailure` with code 50 when no address can be given.
    func statusOfAddresses() throws(CNIFailure) {
        do throws(CNIFailure) { try rehearse() } catch {
            throw CNIFailure(.notAvailable, error.message, details: error.details)
        }
    }

    /// Goes through a lease and takes it back.
    private func rehearse() throws(CNIFailure) {
        let folder = try ledger { () throws(LedgerError) in
            try LedgerDirectory(existing: settings.dataDirectory)
        }
        guard let directory = folder else { return try rehearseWithoutLedger() }
        let opened = try ledger { () throws(LedgerError) in try existingLedger(directory) }
        guard let book = opened else { return try rehearseWithoutLedger() }
        var wish = LeaseRequest(
            attachment: Attachment(network: request.network, containerID: "status", ifname: "status"),
            pod: PodIdentity(namespace: nil, name: nil, uid: nil), addresses: [], hostInterface: "", mac: "",
            sandbox: "", sandboxIdentity: FileStatus.Identity(device: 0, inode: 0), pools: settings.ipam.pools,
            ranges: settings.ipam.ranges, reservations: settings.ipam.reservations,
            blockLimit: settings.ipam.blockLimit, isRouted: request.type == "martlet")
        for family in settings.ipam.assigns {
            wish.addresses.append(
                LeaseRequest.Address(family, wanted: nil, pools: settings.ipam.poolNames(family)))
        }
        let rehearsed = wish
        do throws(LedgerError) { try book.rehearse(rehearsed, in: directory) } catch {
            throw explain(error, book)
        }
    }

    /// With no ledger yet, what counts is whether there are pools to begin with.
    private func rehearseWithoutLedger() throws(CNIFailure) {
        for family in settings.ipam.assigns
        where !settings.ipam.pools.contains(where: { $0.cidr.family == family && !$0.disabled }) {
            throw CNIFailure(.exhausted(limitReached: false), family, usage: [], limit: 0)
        }
    }

    /// A refusal with the numbers behind it.
    func explain(_ error: LedgerError, _ book: borrowing Ledger) -> CNIFailure {
        guard case .refused(let refusal, let family) = error else { return CNIFailure(error) }
        do throws(LedgerError) {
            return CNIFailure(
                refusal, family, usage: try book.usage(family), limit: settings.ipam.blockLimit)
        } catch { return CNIFailure(error) }
    }
}
