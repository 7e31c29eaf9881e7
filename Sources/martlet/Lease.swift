import CNI
import Dataplane
import IPAM
import Ledger

extension Operation {
    /// Leases in one transaction; after a reboot, and when nothing is left, what the dead held is freed first. Where a block
    /// is needed that only the agent can claim, the agent is asked.
    func lease(
        _ wish: LeaseRequest, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory,
        preparing: () throws(LedgerError) -> Void = {}
    ) throws(CNIFailure) -> Grant {
        var quest = BlockQuest(wish, isRouted: isRouted)
        // Once for what a reboot left, once for what the dead still held.
        var reclaims = 0
        while reclaims < 3 {
            do throws(LedgerError) {
                let grant = try book.transaction(in: directory) { () throws(LedgerError) -> Grant? in
                    let standing = try book.standing()
                    agent.folder = standing.agent
                    guard standing.isReclaimed else { return nil }
                    try preparing()
                    return try book.lease(quest.request)
                }
                if let grant { return grant }
            } catch {
                if quest.follow(error, agent) { continue }
                if case .refused(.blockWanted, _) = error, let refusal = quest.refusal { throw refusal }
                guard case .refused(.exhausted, _) = error else { throw explain(error, book) }
                if try reclaim(book, directory) == 0 { throw quest.refusal ?? explain(error, book) }
                reclaims += 1
                continue
            }
            try reclaim(book, directory)
            reclaims += 1
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
