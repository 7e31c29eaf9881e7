import Addressing
import IPAM
import SQLite

/// Blocks of pools that are the cluster's: the registry gives them and takes them, and the agent writes that down here,
/// within a transaction.
extension Ledger {
    /// Records that the registry has given a block to this node; false if that is known.
    ///
    /// One that was lost comes back with the leases and the freed addresses that it has.
    ///
    /// - Parameter isRouted: false for pods in another plugin's subnet.
    package borrowing func add(
        block cidr: Prefix, pool name: String, isRouted: Bool = true
    ) throws(LedgerError) -> Bool {
        guard let pool = try pools().first(where: { $0.name == name }) else {
            throw .conflict("block " + cidr.description + " is of pool \"" + name + "\", which is not in the ledger")
        }
        guard pool.cidr.contains(cidr), cidr.length == pool.blockLength else {
            throw .conflict(
                "block " + cidr.description + " is none of pool \"" + name + "\" (" + pool.cidr.description
                    + "), whose blocks are of /" + String(pool.blockLength))
        }
        guard let known = try block(cidr) else {
            _ = try claim(cidr, pool, next: 0, isRouted: isRouted)
            return true
        }
        if known.owner == node { return false }
        try hand(known.id, to: node)
        return true
    }

    /// Records that the registry has given a block of this node to another, or to nobody; false if it was not this node's.
    ///
    /// Nothing is leased from it any more. A lease that lasts stays until its DEL, and so does the block's row; without
    /// leases it goes at once.
    ///
    /// - Parameter owner: the other node's name; empty for nobody's.
    package borrowing func lose(block cidr: Prefix, to owner: String) throws(LedgerError) -> Bool {
        guard let known = try block(cidr), known.owner == node else { return false }
        try hand(known.id, to: owner)
        try removeLostBlocks()
        return true
    }

    /// Removes the blocks that were lost and hold no lease any more.
    package borrowing func removeLostBlocks() throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            // Of a shared pool the ledger has blocks that are the node's or were.
            for statement: StaticString in [
                """
                DELETE FROM freed WHERE owner <> ?1 AND pool IN (SELECT id FROM pool WHERE shared)
                  AND block NOT IN (SELECT block FROM lease)
                """,
                """
                DELETE FROM block WHERE owner <> ?1 AND pool IN (SELECT id FROM pool WHERE shared)
                  AND id NOT IN (SELECT block FROM lease)
                """,
            ] {
                let row = try connection.prepare(statement)
                try row.bind(1, node)
                try row.run()
            }
        }
        try removeDrainedPools()
    }

    private borrowing func block(_ cidr: Prefix) throws(LedgerError) -> (id: Int, owner: String)? {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("SELECT id, owner FROM block WHERE cidr = ?")
            try row.bind(1, cidr.description)
            return try row.step() ? (row.integer(0), row.text(1)) : nil
        }
    }

    /// Changes a block's owner. Its freed addresses come behind those that the new owner has in the queue.
    private borrowing func hand(_ block: Int, to owner: String) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let queue = try connection.prepare(
                """
                UPDATE freed SET owner = ?1, sequence = sequence + (SELECT coalesce(max(sequence), 0) FROM freed
                  WHERE owner = ?1)
                WHERE block = ?2
                """)
            try queue.bind(1, owner)
            try queue.bind(2, block)
            try queue.run()
            let row = try connection.prepare("UPDATE block SET owner = ?1 WHERE id = ?2")
            try row.bind(1, owner)
            try row.bind(2, block)
            try row.run()
        }
    }

    /// The shared pools of a family whose addresses this node's pods get that name none.
    package borrowing func servingPools(_ family: AddressFamily) throws(LedgerError) -> [Pool] {
        var serving: [Pool] = []
        for pool in try pools() where pool.isShared && pool.cidr.family == family {
            if try exclusion(of: pool, isNamed: false) == nil { serving.append(pool) }
        }
        return serving
    }

    /// How many addresses of pools this node's pods can get without a new block, about: reserved ones are taken off even
    /// where they are leased. Blocks count whose pods have routes of their own.
    package borrowing func freeAddresses(in pools: [Pool]) throws(LedgerError) -> Int {
        let reserved = try sql { () throws(SQLiteError) in ReservedRanges(try reservedPrefixes()) }
        var free = 0
        for pool in pools { free += try freeAddresses(of: pool, reserved) }
        return free
    }

    /// All blocks there are, each with its pool and its owner.
    package borrowing func blocksAndPools() throws(LedgerError) -> [(block: LedgerSnapshot.Block, pool: Pool)] {
        let pools = try pools()
        return try sql { () throws(SQLiteError) in try allBlocks() }.compactMap { block in
            pools.first { $0.id == block.pool }.map { (block, $0) }
        }
    }

    borrowing func freeAddresses(of pool: Pool, _ reserved: ReservedRanges) throws(LedgerError) -> Int {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                SELECT cidr, size - next + coalesce(waiting, 0) FROM block LEFT JOIN (
                  SELECT block, count(*) AS waiting FROM freed
                  WHERE owner = ?1 AND pool = ?2 AND routed = 1 AND quarantine IS NULL GROUP BY block
                ) AS back ON back.block = block.id
                WHERE owner = ?1 AND pool = ?2 AND routed = 1
                """)
            try row.bind(1, node)
            try row.bind(2, pool.id)
            var free = 0
            while try row.step() {
                free += max(0, row.integer(1) - Int(reserved.count(in: try row.prefix(0))))
            }
            return free
        }
    }
}
