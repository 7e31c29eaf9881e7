import Addressing
import IPAM
import SQLite

/// How full a pool is on this node; for people.
package struct PoolUsage: Hashable, Sendable {
    package let pool: Pool
    package let blocks: Int
    package let leases: Int
    package let reservations: Int
    /// Blocks of the pool that other nodes own.
    package let foreignBlocks: Int
    /// Why this node's pods get nothing from it unless they ask for it by name.
    package let exclusion: Pool.Exclusion?
}

extension Ledger {
    /// How full the pools of a family are.
    package borrowing func usage(_ family: AddressFamily) throws(LedgerError) -> [PoolUsage] {
        let reserved = try sql { () throws(SQLiteError) in try reservedPrefixes() }
        let shares = try sql { () throws(SQLiteError) in try self.shares(ReservedRanges(reserved)) }
        var usages: [PoolUsage] = []
        for pool in try pools() where pool.cidr.family == family {
            let claimed = shares.filter { $0.pool == pool.id }.map(\.share)
            let own = claimed.filter { $0.holder == node }
            usages.append(
                PoolUsage(
                    pool: pool, blocks: own.count, leases: own.reduce(0) { $0 + Int($1.inUse) },
                    reservations: reserved.count { $0.overlaps(pool.cidr) },
                    foreignBlocks: claimed.count - own.count, exclusion: try exclusion(of: pool, isNamed: false)))
        }
        return usages
    }

    /// Whether other nodes own blocks of a pool, or may: of the cluster's pools the ledger has this node's blocks alone.
    package borrowing func isShared(poolNamed name: String) throws(LedgerError) -> Bool {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                SELECT 1 FROM pool LEFT JOIN block ON block.pool = pool.id WHERE name = ? AND (shared OR owner <> ?) LIMIT 1
                """)
            try row.bind(1, name)
            try row.bind(2, node)
            return try row.step()
        }
    }

    /// Who holds an address.
    package borrowing func holder(of address: IPAddress) throws(LedgerError) -> Attachment? {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("SELECT network, container_id, ifname FROM lease WHERE address = ?")
            try row.bind(1, address.description)
            guard try row.step() else { return nil }
            return Attachment(network: row.text(0), containerID: row.text(1), ifname: row.text(2))
        }
    }
}
