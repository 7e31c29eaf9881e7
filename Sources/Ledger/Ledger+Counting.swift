import Addressing
import IPAM
import SQLite

/// How much of each pool this node has and uses; for metrics.
package struct LedgerCount: Hashable, Sendable {
    /// This node's part of one pool.
    package struct Share: Hashable, Sendable {
        package let pool: Pool
        /// This node's blocks.
        package var blocks = 0
        /// Blocks of all nodes that the ledger knows.
        package var knownBlocks = 0
        /// Addresses that pods can get without a new block, about.
        package var free = 0
        package var leases = 0
        /// Addresses that were leased and can be leased again.
        package var freed = 0
        /// Those of them that are left alone for a while.
        package var resting = 0
        /// Addresses set aside because something foreign uses them.
        package var quarantined = 0
    }

    package let shares: [Share]
    /// Leases that have ever ended.
    package let ended: Int

    /// Leases that last.
    package var leases: Int { shares.reduce(0) { $0 + $1.leases } }
}

extension Ledger {
    /// Counts; by the database, from one moment, and nobody waits for it.
    package borrowing func count() throws(LedgerError) -> LedgerCount {
        try reading { () throws(LedgerError) in
            var shares: [Int: LedgerCount.Share] = [:]
            for pool in try pools() { shares[pool.id] = LedgerCount.Share(pool: pool) }
            let reserved = try sql { () throws(SQLiteError) in ReservedRanges(try reservedPrefixes()) }
            for (id, share) in shares where !share.pool.isClosed {
                shares[id]?.free = try freeAddresses(of: share.pool, reserved)
            }
            let ended = try sql { () throws(SQLiteError) in
                try countBlocks(&shares)
                try countFreed(&shares)
                let row = try connection.prepare("SELECT coalesce(max(id), 0) FROM journal")
                return try row.step() ? row.integer(0) : 0
            }
            return LedgerCount(shares: shares.values.sorted { $0.pool.name < $1.pool.name }, ended: ended)
        }
    }

    private borrowing func countBlocks(_ shares: inout [Int: LedgerCount.Share]) throws(SQLiteError) {
        let row = try connection.prepare(
            """
            SELECT pool, count(*), sum(owner = ?), sum(coalesce(leases, 0))
            FROM block LEFT JOIN (SELECT block, count(*) AS leases FROM lease GROUP BY block) AS used
              ON used.block = block.id
            GROUP BY pool
            """)
        try row.bind(1, node)
        while try row.step() {
            shares[row.integer(0)]?.knownBlocks = row.integer(1)
            shares[row.integer(0)]?.blocks = row.integer(2)
            shares[row.integer(0)]?.leases = row.integer(3)
        }
    }

    private borrowing func countFreed(_ shares: inout [Int: LedgerCount.Share]) throws(SQLiteError) {
        let row = try connection.prepare(
            """
            SELECT pool, sum(quarantine IS NULL), sum(quarantine IS NOT NULL), sum(quarantine IS NULL AND boot_id = ?
              AND ? - at < coalesce(?, (SELECT rest_seconds FROM ledger), 180))
            FROM freed WHERE owner = ? GROUP BY pool
            """)
        try row.bind(1, bootID)
        try row.bind(2, now)
        try row.bind(3, restTime)
        try row.bind(4, node)
        while try row.step() {
            shares[row.integer(0)]?.freed = row.integer(1)
            shares[row.integer(0)]?.quarantined = row.integer(2)
            shares[row.integer(0)]?.resting = row.integer(3)
        }
    }
}
