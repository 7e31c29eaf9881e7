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
            return try sql { () throws(SQLiteError) in
                let reserved = ReservedRanges(try reservedPrefixes())
                let blocks = try shares(reserved)
                let byPool = Dictionary(grouping: blocks, by: \.pool)
                return UsageByBlock(
                    pools: pools.map { pool in
                        let own = byPool[pool.id] ?? []
                        return UsageByBlock.Share(
                            holder: pool.name, cidr: pool.cidr, inUse: own.reduce(0) { $0 + $1.share.inUse },
                            reserved: reserved.count(in: pool.cidr), both: own.reduce(0) { $0 + $1.share.both })
                    }, blocks: blocks.map(\.share))
            }
        }
    }

    /// How full each block is, and the row of its pool.
    borrowing func shares(
        _ reserved: ReservedRanges
    ) throws(SQLiteError) -> [(share: UsageByBlock.Share, pool: Int)] {
        let both = reserved.isEmpty ? [:] : try leasedAddresses(coveredBy: reserved)
        // Counted before joined: leases have no index by block, which each ADD would have to keep.
        let row = try connection.prepare(
            """
            SELECT block.id, cidr, owner, pool, coalesce(leases, 0)
            FROM block LEFT JOIN (SELECT block, count(*) AS leases FROM lease GROUP BY block) AS used
              ON used.block = block.id
            ORDER BY first
            """)
        var shares: [(share: UsageByBlock.Share, pool: Int)] = []
        while try row.step() {
            let cidr = try row.prefix(1)
            let share = UsageByBlock.Share(
                holder: row.text(2), cidr: cidr, inUse: UInt128(row.integer(4)), reserved: reserved.count(in: cidr),
                both: both[row.integer(0)] ?? 0)
            shares.append((share, row.integer(3)))
        }
        return shares
    }

    /// How many leased addresses of each block are reserved.
    private borrowing func leasedAddresses(coveredBy reserved: ReservedRanges) throws(SQLiteError) -> [Int: UInt128] {
        let row = try connection.prepare("SELECT block, address FROM lease")
        var counts: [Int: UInt128] = [:]
        while try row.step() {
            if reserved.contains(try row.address(1)) { counts[row.integer(0), default: 0] += 1 }
        }
        return counts
    }

    /// All that is reserved, the outer before the inner.
    borrowing func reservedPrefixes() throws(SQLiteError) -> [Prefix] {
        let row = try connection.prepare("SELECT DISTINCT cidr FROM reservation ORDER BY first, last DESC")
        var prefixes: [Prefix] = []
        while try row.step() { prefixes.append(try row.prefix(0)) }
        return prefixes
    }
}

/// All that is reserved, for those who ask of many blocks or addresses.
struct ReservedRanges {
    /// In order; none overlaps another.
    private let prefixes: [Prefix]

    /// The prefixes come in order, the outer before the inner.
    init(_ sorted: [Prefix]) {
        var outermost: [Prefix] = []
        for prefix in sorted where !(outermost.last?.contains(prefix) ?? false) { outermost.append(prefix) }
        prefixes = outermost
    }

    var isEmpty: Bool { prefixes.isEmpty }

    func contains(_ address: IPAddress) -> Bool {
        let index = firstIndex(endingAtOrAfter: address)
        return index < prefixes.endIndex && prefixes[index].contains(address)
    }

    /// How many addresses of a prefix are reserved.
    func count(in prefix: Prefix) -> UInt128 {
        var count: UInt128 = 0
        for reserved in prefixes[firstIndex(endingAtOrAfter: prefix.first)...] {
            if reserved.contains(prefix) { return prefix.count }
            guard prefix.contains(reserved) else { break }
            count += reserved.count
        }
        return count
    }

    private func firstIndex(endingAtOrAfter address: IPAddress) -> Int {
        var (low, high) = (prefixes.startIndex, prefixes.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if prefixes[middle].last < address { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
