import Addressing
import CNI
import Dataplane
import Glibc
import IPAM
import Ledger
import NetworkConfiguration
import System

/// STATUS: whether an ADD would find what it needs. It asks, and changes nothing.
extension Operation {
    /// - Throws: `CNIFailure` with code 50 when an ADD cannot be served, 51 when running pods suffer, too.
    func status() throws(CNIFailure) {
        try asStatus { () throws(CNIFailure) in try examineRequiredAgent() }
        guard usesOwnIPAM else {
            _ = try delegate().run(.status)
            return
        }
        try asStatus { () throws(CNIFailure) in
            try examineRunningPods()
            let addresses = try settings.addresses(try PodWishes(request))
            try examineForwarding(addresses.map(\.family), .notAvailable)
            try rehearse(addresses)
        }
    }

    /// - Throws: `CNIFailure` with code 50 when no address can be given.
    func statusOfAddresses() throws(CNIFailure) {
        try asStatus { () throws(CNIFailure) in
            try examineRequiredAgent()
            try rehearse(try settings.addresses(try PodWishes(request)))
        }
    }

    /// Whatever speaks against an ADD is error 50, unless it is 51.
    private func asStatus(_ body: () throws(CNIFailure) -> Void) throws(CNIFailure) {
        do throws(CNIFailure) { try body() } catch {
            if error.code == .limitedConnectivity { throw error }
            throw CNIFailure(.notAvailable, error.message, details: error.details)
        }
    }

    /// Goes through a lease and takes it back.
    private func rehearse(_ addresses: [LeaseRequest.Address]) throws(CNIFailure) {
        let folder = try ledger { () throws(LedgerError) in
            try LedgerDirectory(existing: settings.dataDirectory)
        }
        guard let directory = folder else { return }
        let opened = try ledger { () throws(LedgerError) in try existingLedger(directory) }
        guard let book = opened else { return }
        let wish = settings.leaseRequest(
            request, attachment, addresses, sandbox: FileStatus.Identity(device: 0, inode: 0))
        do throws(LedgerError) { try book.rehearse(wish, in: directory) } catch {
            guard case .refused(.blockWanted(let pools, _), _) = error else { throw explain(error, book) }
            // The agent alone knows whether there is a block left.
            let folder = try ledger { () throws(LedgerError) in try book.standing().agent }
            try examineAgent(folder, "the next pod needs a new block of pool " + pools.joined(separator: ", "))
        }
    }

    /// A refusal with the numbers behind it.
    func explain(_ error: LedgerError, _ book: borrowing Ledger) -> CNIFailure {
        guard case .refused(let refusal, let family) = error else { return CNIFailure(error) }
        do throws(LedgerError) {
            return try CNIFailure(refusal, family, in: book, settings.ipam)
        } catch { return CNIFailure(error) }
    }
}
