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
        var usages: [PoolUsage] = []
        for pool in try pools() where pool.cidr.family == family {
            usages.append(
                PoolUsage(
                    pool: pool,
                    blocks: try count("SELECT count(*) FROM block WHERE pool = ?1 AND owner = ?2", pool, node),
                    leases: try count(
                        """
                        SELECT count(*) FROM lease JOIN block ON block.id = lease.block
                        WHERE block.pool = ?1 AND block.owner = ?2
                        """, pool, node),
                    reservations: try count(
                        """
                        SELECT count(*) FROM reservation, pool
                        WHERE pool.id = ?1 AND reservation.first <= pool.last AND reservation.last >= pool.first
                          AND ?2 IS NOT NULL
                        """, pool, node),
                    foreignBlocks: try count(
                        "SELECT count(*) FROM block WHERE pool = ?1 AND owner <> ?2", pool, node),
                    exclusion: try exclusion(of: pool, isNamed: false)))
        }
        return usages
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

    private borrowing func count(_ query: StaticString, _ pool: Pool, _ node: String) throws(LedgerError) -> Int {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(query)
            try row.bind(1, pool.id)
            try row.bind(2, node)
            return try row.step() ? row.integer(0) : 0
        }
    }
}
