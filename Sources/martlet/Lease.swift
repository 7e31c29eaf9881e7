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
        if try !ledger({ () throws(LedgerError) in try book.isReclaimed() }) { try reclaim(book, directory) }
        do throws(LedgerError) { return try leaseOnce(wish, book, directory, preparing) } catch {
            guard case .refused(.exhausted, _) = error, try reclaim(book, directory) > 0 else {
                throw explain(error, book)
            }
        }
        do throws(LedgerError) { return try leaseOnce(wish, book, directory, preparing) } catch {
            throw explain(error, book)
        }
    }

    private func leaseOnce(
        _ wish: LeaseRequest, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory,
        _ preparing: () throws(LedgerError) -> Void
    ) throws(LedgerError) -> Grant {
        try book.transaction(in: directory) { () throws(LedgerError) in
            try preparing()
            return try book.lease(wish)
        }
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
