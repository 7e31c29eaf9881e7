import Addressing
import IPAM
import SQLite
import System

/// A block of the node.
package struct OwnedBlock: Hashable, Sendable {
    package let id: Int
    package let cidr: Prefix
    /// The pool that it is part of.
    package let pool: Int
    /// Whether its pods have routes of their own, and are in no other plugin's subnet.
    package let isRouted: Bool
    /// Whether the pool is the cluster's: then only the agent gives the block back.
    package let isShared: Bool

    /// Whether it has a blackhole route; a block of one address has none, which would hide the pod's.
    package var isAnnounced: Bool { isRouted && !cidr.isSingleAddress }
}

extension Ledger {
    /// Records the node as a block's owner; answers its row.
    ///
    /// - Parameter isRouted: nil for the use that the ledger was opened for.
    borrowing func claim(
        _ prefix: Prefix, _ pool: Pool, next: Int, isRouted: Bool? = nil
    ) throws(LedgerError) -> Int {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                INSERT INTO block (cidr, first, last, pool, owner, size, next, claimed_at, routed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
            try row.bind(1, prefix.description)
            try row.bind(2, ordered: prefix.first)
            try row.bind(3, ordered: prefix.last)
            try row.bind(4, pool.id)
            try row.bind(5, node)
            try row.bind(6, pool.blockSize)
            try row.bind(7, next)
            try row.bind(8, wallClockSeconds())
            try row.bind(9, isRouted ?? self.isRouted)
            try row.run()
            return Int(connection.lastInsertedRow)
        }
    }

    /// Notes that a block's addresses before a position have been given out once.
    borrowing func advance(_ block: Int, to next: Int) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("UPDATE block SET next = ? WHERE id = ?")
            try row.bind(1, next)
            try row.bind(2, block)
            try row.run()
        }
    }

    /// The node's blocks.
    package borrowing func ownedBlocks() throws(LedgerError) -> [OwnedBlock] {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                SELECT block.id, block.cidr, pool, routed, shared FROM block JOIN pool ON pool.id = pool
                WHERE owner = ? ORDER BY block.id
                """)
            try row.bind(1, node)
            return try blocks(row)
        }
    }

    /// The node's blocks that hold no lease, and no address that still rests.
    package borrowing func emptyBlocks() throws(LedgerError) -> [OwnedBlock] {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                SELECT block.id, block.cidr, pool, routed, shared FROM block JOIN pool ON pool.id = pool
                WHERE owner = ?1 AND block.id NOT IN (SELECT block FROM lease) AND block.id NOT IN (
                  SELECT block FROM freed
                  WHERE boot_id = ?2 AND ?3 - at < coalesce(?4, (SELECT rest_seconds FROM ledger), 180))
                ORDER BY block.id
                """)
            try row.bind(1, node)
            try row.bind(2, bootID)
            try row.bind(3, now)
            try row.bind(4, restTime)
            return try blocks(row)
        }
    }

    /// Gives a block back, within a transaction, if no lease has come to it meanwhile.
    ///
    /// A pool that is being deleted stays until `removeDrainedPools`: by its pool the route of a block is known as ours,
    /// should nobody come to withdraw it.
    package borrowing func giveBack(_ block: OwnedBlock) throws(LedgerError) -> Bool {
        try sql { () throws(SQLiteError) in
            let used = try connection.prepare("SELECT 1 FROM lease WHERE block = ? LIMIT 1")
            try used.bind(1, block.id)
            if try used.step() { return false }
            let queue = try connection.prepare("DELETE FROM freed WHERE block = ?")
            try queue.bind(1, block.id)
            try queue.run()
            let row = try connection.prepare("DELETE FROM block WHERE id = ? AND owner = ?")
            try row.bind(1, block.id)
            try row.bind(2, node)
            try row.run()
            return connection.changes > 0
        }
    }

    private borrowing func blocks(_ row: borrowing Statement) throws(SQLiteError) -> [OwnedBlock] {
        var blocks: [OwnedBlock] = []
        while try row.step() {
            blocks.append(
                OwnedBlock(
                    id: row.integer(0), cidr: try row.prefix(1), pool: row.integer(2), isRouted: row.bool(3),
                    isShared: row.bool(4)))
        }
        return blocks
    }
}
