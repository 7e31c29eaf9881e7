import CNI
import Dataplane
import IPAM
import Ledger

extension Operation {
    /// Leases in one transaction; after a reboot, and when nothing is left, what the dead held is freed first.
    func lease(
        _ wish: LeaseRequest, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory,
        preparing: () throws(LedgerError) -> Void = {}
    ) throws(CNIFailure) -> Grant {
        // Once for what a reboot left, once for what the dead still held.
        for _ in 0..<3 {
            do throws(LedgerError) {
                let grant = try book.transaction(in: directory) { () throws(LedgerError) -> Grant? in
                    guard try book.standing().isReclaimed else { return nil }
                    try preparing()
                    return try book.lease(wish)
                }
                if let grant { return grant }
            } catch {
                guard case .refused(.exhausted, _) = error else { throw explain(error, book) }
                if try reclaim(book, directory) == 0 { throw explain(error, book) }
                continue
            }
            try reclaim(book, directory)
        }
        throw CNIFailure(.tryAgainLater, "the addresses that were freed are gone again")
    }

    /// Frees the leases of earlier boots whose links are gone; answers how many.
    @discardableResult
    private func reclaim(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(CNIFailure) -> Int {
        var aliases: Set<String> = []
        var names: Set<String> = []
        try kernel { () throws(WiringError) in
            for link in try Wiring().hostLinks() {
                aliases.insert(link.alias)
                names.insert(link.name)
            }
        }
        let freed = try ledger { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in
                try book.reclaim(aliases: aliases, names: names)
            }
        }
        for lease in freed { log.note(.info, "freed " + lease.address.description + " of a pod of an earlier boot") }
        return freed.count
    }
}
