import Addressing
import IPAM
import SQLite

/// How full pools and blocks are, of all nodes.
package struct UsageByBlock: Sendable {
    /// A range and what of it is used.
    package struct Share: Hashable, Sendable {
        /// The pool's name, or the node that owns the block.
        package let holder: String
        package let cidr: Prefix
        package var inUse: UInt128
        package var reserved: UInt128
        /// Addresses that are both: reserved after a pod had got them.
        package var both: UInt128

        package var total: UInt128 { cidr.count }
        /// Neither in use nor reserved.
        package var free: UInt128 { total - min(total, inUse + reserved - both) }
    }

    package let pools: [Share]
    package let blocks: [Share]
}

/// What operators have set for all pools.
package struct LedgerSettings: Hashable, Sendable {
    /// Most blocks of a family on a node, 0 for no limit; nil: not set.
    package let blockLimit: Int?
    /// How long freed addresses rest; nil: not set.
    package let restSeconds: Int?
}

extension Ledger {
    /// Everybody who owns a block.
    package borrowing func owners() throws(LedgerError) -> [String] {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("SELECT DISTINCT owner FROM block ORDER BY owner")
            var owners: [String] = []
            while try row.step() { owners.append(row.text(0)) }
            return owners
        }
    }

    /// What operators have set.
    package borrowing func settings() throws(LedgerError) -> LedgerSettings {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("SELECT block_limit, rest_seconds FROM ledger")
            guard try row.step() else { return LedgerSettings(blockLimit: nil, restSeconds: nil) }
            return LedgerSettings(
                blockLimit: row.isNull(0) ? nil : row.integer(0), restSeconds: row.isNull(1) ? nil : row.integer(1))
        }
    }

    /// How full everything is; counted by the database, so that it costs little with many leases.
    package borrowing func usageByBlock() throws(LedgerError) -> UsageByBlock {
        try reading { () throws(LedgerError) in
            let pools = try pools()
            let reserved = try reservedPrefixes()
            let blocks = try shares(reserved)
            return UsageByBlock(
                pools: pools.map { pool in
                    let own = blocks.filter { $0.pool == pool.id }
                    return UsageByBlock.Share(
                        holder: pool.name, cidr: pool.cidr, inUse: own.reduce(0) { $0 + $1.share.inUse },
                        reserved: pool.cidr.count(coveredBy: reserved),
                        both: own.reduce(0) { $0 + $1.share.both })
                }, blocks: blocks.map(\.share))
        }
    }

    /// How full each block is, and the row of its pool.
    borrowing func shares(
        _ reserved: [Prefix]
    ) throws(LedgerError) -> [(share: UsageByBlock.Share, pool: Int)] {
        try sql { () throws(SQLiteError) in try readShares(reserved) }
    }

    private borrowing func readShares(
        _ reserved: [Prefix]
    ) throws(SQLiteError) -> [(share: UsageByBlock.Share, pool: Int)] {
        let row = try connection.prepare(
            """
            SELECT block.cidr, count(lease.address), block.pool, block.owner, block.id
            FROM block LEFT JOIN lease ON lease.block = block.id
            GROUP BY block.id ORDER BY block.first
            """)
        var shares: [(share: UsageByBlock.Share, pool: Int)] = []
        while try row.step() {
            let cidr = try row.prefix(0)
            let covered = cidr.count(coveredBy: reserved)
            let both = covered == 0 ? 0 : try leasedAddresses(row.integer(4), coveredBy: reserved)
            shares.append(
                (
                    UsageByBlock.Share(
                        holder: row.text(3), cidr: cidr, inUse: UInt128(row.integer(1)), reserved: covered, both: both),
                    row.integer(2)
                ))
        }
        return shares
    }

    private borrowing func leasedAddresses(
        _ block: Int, coveredBy reserved: [Prefix]
    ) throws(SQLiteError) -> UInt128 {
        let row = try connection.prepare("SELECT address FROM lease WHERE block = ?")
        try row.bind(1, block)
        var count: UInt128 = 0
        while try row.step() {
            let address = try row.address(0)
            if reserved.contains(where: { $0.contains(address) }) { count += 1 }
        }
        return count
    }

    /// All that is reserved, the outer before the inner.
    borrowing func reservedPrefixes() throws(LedgerError) -> [Prefix] {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("SELECT DISTINCT cidr FROM reservation ORDER BY first, last DESC")
            var prefixes: [Prefix] = []
            while try row.step() { prefixes.append(try row.prefix(0)) }
            return prefixes
        }
    }
}

extension Prefix {
    /// How many of its addresses lie in one of the prefixes, which come with the outer before the inner.
    fileprivate func count(coveredBy prefixes: [Prefix]) -> UInt128 {
        var covered: UInt128 = 0
        var outermost: Prefix?
        for prefix in prefixes where prefix.overlaps(self) {
            if prefix.contains(self) { return count }
            if let outermost, outermost.contains(prefix) { continue }
            outermost = prefix
            covered += prefix.count
        }
        return covered
    }
}
