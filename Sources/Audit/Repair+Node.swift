import Addressing
import Dataplane
import IPAM
import Ledger
import Netlink

/// Repairs of what is the node's.
extension Repair {
    /// Brings the blackhole routes to what the ledger says, while no block changes its owner.
    borrowing func mendBlackholes(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        try withBlockRoutes(directory) { () throws(AuditError) in
            try putBlackholes(book)
            return .repaired("put the blackhole routes as the ledger has the blocks")
        }
    }

    /// Changes leases in a transaction that may claim blocks, and announces those before anybody can give them back.
    package borrowing func claiming<Result>(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, _ body: () throws(LedgerError) -> Result
    ) throws(AuditError) -> Result {
        try withBlockRoutes(directory) { () throws(AuditError) in
            let result = try books { () throws(LedgerError) in
                let result = try book.transaction(in: directory, body)
                try book.synchronize()
                return result
            }
            try putBlackholes(book)
            return result
        }
    }

    private borrowing func putBlackholes(_ book: borrowing Ledger) throws(AuditError) {
        let ledger = try books { () throws(LedgerError) in try book.snapshot() }
        let own = ledger.blocks.filter { $0.owner == options.node && $0.isAnnounced }.map(\.cidr)
        try wires { () throws(WiringError) in
            var wiring = try Wiring()
            let found = try wiring.blackholes(origin: options.routeOrigin)
            let stale = found.filter { route in
                !own.contains(route.destination) && ledger.pools.contains { $0.cidr.contains(route.destination) }
            }
            let announced = Set(found.map(\.destination))
            try wiring.withdraw(stale)
            try wiring.claim(own.filter { !announced.contains($0) }, origin: options.routeOrigin)
        }
    }

    borrowing func giveBack(
        _ finding: Finding, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        try withBlockRoutes(directory) { () throws(AuditError) in
            let empty = try books { () throws(LedgerError) in try book.emptyBlocks() }
            guard let block = empty.first(where: { $0.cidr.description == finding.subject }), !block.isShared,
                try giveBack(block, book, directory)
            else { return .gone }
            return .repaired("gave block \(block.cidr) back")
        }
    }

    /// Gives back every block of these pools on the node that nothing is leased from and no address of which still rests.
    package borrowing func giveBackEmptyBlocks(
        ofPools pools: Set<Int>, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) {
        try withBlockRoutes(directory) { () throws(AuditError) in
            for block in try books({ () throws(LedgerError) in try book.emptyBlocks() })
            where pools.contains(block.pool) && !block.isShared {
                _ = try giveBack(block, book, directory)
            }
        }
    }

    private borrowing func giveBack(
        _ block: OwnedBlock, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Bool {
        let isGiven = try books { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in try book.giveBack(block) }
        }
        if isGiven && block.isAnnounced {
            try wires { () throws(WiringError) in
                var wiring = try Wiring()
                try wiring.withdraw([.blackhole(block.cidr, origin: options.routeOrigin)])
            }
        }
        // With the last of its blocks a pool goes that is being deleted.
        if isGiven {
            try books { () throws(LedgerError) in
                try book.transaction(in: directory) { () throws(LedgerError) in try book.removeDrainedPools() }
            }
        }
        return isGiven
    }

    /// A quarantine ends when nobody else's device holds the address's route any more.
    borrowing func look(
        atQuarantined finding: Finding, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        guard let address = address(finding.subject) else { return .left }
        let tables = try wires { () throws(WiringError) in try HostTables() }
        guard tables.routes(to: Prefix(host: address)).isEmpty else { return .left }
        let changed = try books { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in try book.endQuarantine(address) }
        }
        return changed ? .repaired("ended the quarantine of \(address)") : .gone
    }

    private borrowing func withBlockRoutes<Result>(
        _ directory: borrowing LedgerDirectory, _ body: () throws(AuditError) -> Result
    ) throws(AuditError) -> Result {
        try books { () throws(LedgerError) in try directory.lockBlockRoutes() }
        do throws(AuditError) {
            let result = try body()
            try books { () throws(LedgerError) in try directory.unlockBlockRoutes() }
            return result
        } catch {
            // The failure to tell is the first; the lock is given back when this process ends at the latest.
            do throws(LedgerError) { try directory.unlockBlockRoutes() } catch {}
            throw error
        }
    }

    private borrowing func address(_ text: String) -> IPAddress? {
        do throws(AddressError) { return try IPAddress(parsing: text) } catch { return nil }
    }
}
