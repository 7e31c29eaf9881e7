import Addressing
import IPAM
import SQLite

extension Ledger {
    /// Puts parts in the place of a pool, within a transaction. Its blocks, leases and freed addresses live on in them: no
    /// block lies in two parts, for the parts are aligned and none is smaller than a block.
    ///
    /// - Parameter isForced: takes a pool that has come from a network configuration, too; if it still stands there, it
    ///   overlaps its parts, and no ADD succeeds.
    package borrowing func split(
        _ pool: Pool, into parts: [Pool], isForced: Bool = false
    ) throws(LedgerError) {
        try refuseShared(pool)
        if pool.isConfigured && !isForced {
            throw .conflict(
                "pool \"" + pool.name
                    + "\" stands in a network configuration (ipam.pools), and the next pod would bring it back beside "
                    + "its parts; take ipam.pools out of it, then split the pool here with --force")
        }
        if pool.isDraining {
            throw .conflict(
                "pool \"" + pool.name + "\" is being deleted; apply it again to keep it, then split it")
        }
        let known = try pools()
        if let taken = parts.first(where: { part in known.contains { $0.name == part.name } }) {
            throw .conflict(
                "there is a pool \"" + taken.name + "\" already; delete it, or split pool \"" + pool.name
                    + "\" by applying pools of other names")
        }
        for part in parts { try moveBlocks(of: pool, to: part, try insert(part)) }
        // A queue that is parted keeps its order.
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "UPDATE freed SET pool = (SELECT pool FROM block WHERE id = freed.block) WHERE pool = ?")
            try row.bind(1, pool.id)
            try row.run()
        }
        try remove(pool)
    }

    private borrowing func moveBlocks(of pool: Pool, to part: Pool, _ id: Int) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "UPDATE block SET pool = ? WHERE pool = ? AND first >= ? AND last <= ?")
            try row.bind(1, id)
            try row.bind(2, pool.id)
            try row.bind(3, ordered: part.cidr.first)
            try row.bind(4, ordered: part.cidr.last)
            try row.run()
        }
    }

    private borrowing func remove(_ pool: Pool) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("DELETE FROM pool WHERE id = ?")
            try row.bind(1, pool.id)
            try row.run()
        }
        _ = try remove("IPPool", pool.name)
    }
}
