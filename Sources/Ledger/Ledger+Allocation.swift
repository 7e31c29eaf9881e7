import Addressing
import IPAM
import SQLite

extension Ledger: AllocationView {
    package borrowing func freedAddress(in pool: Pool, after sequence: Int) throws(SQLiteError) -> FreedAddress? {
        let row = try connection.prepareForMany(
            """
            SELECT address, block, sequence,
              boot_id <> ?5 OR ?6 - at >= coalesce(?7, (SELECT rest_seconds FROM ledger), 180)
            FROM freed
            WHERE owner = ?1 AND pool = ?2 AND routed = ?3 AND sequence > ?4 ORDER BY sequence LIMIT 1
            """)
        try row.bind(1, node)
        try row.bind(2, pool.id)
        try row.bind(3, isRouted)
        try row.bind(4, sequence)
        try bindRest(5, row)
        return try row.step() ? try freed(row) : nil
    }

    package borrowing func freedEntry(_ address: IPAddress, in pool: Pool) throws(SQLiteError) -> FreedAddress? {
        let row = try connection.prepare(
            """
            SELECT address, block, sequence,
              boot_id <> ?2 OR ?3 - at >= coalesce(?4, (SELECT rest_seconds FROM ledger), 180)
            FROM freed WHERE address = ?1
            """)
        try row.bind(1, address.description)
        try bindRest(2, row)
        return try row.step() ? try freed(row) : nil
    }

    private borrowing func freed(_ row: borrowing Statement) throws(SQLiteError) -> FreedAddress {
        FreedAddress(
            address: try row.address(0), block: row.integer(1), sequence: row.integer(2),
            isRested: row.bool(3))
    }

    /// What a statement needs to tell the rested: boot, time, and how long a rest is, unless operators say so.
    private borrowing func bindRest(_ first: Int32, _ row: borrowing Statement) throws(SQLiteError) {
        try row.bind(first, bootID)
        try row.bind(first + 1, now)
        try row.bind(first + 2, restTime)
    }

    package borrowing func blockLimit() throws(SQLiteError) -> Int {
        let row = try connection.prepare("SELECT block_limit FROM ledger")
        return try row.step() ? row.integer(0) : 0
    }

    package borrowing func openBlock(in pool: Pool, after id: Int) throws(SQLiteError) -> OpenBlock? {
        let row = try connection.prepareForMany(
            """
            SELECT id, cidr, next FROM block
            WHERE owner = ? AND pool = ? AND routed = ? AND next < size AND id > ? ORDER BY id LIMIT 1
            """)
        try row.bind(1, node)
        try row.bind(2, pool.id)
        try row.bind(3, isRouted)
        try row.bind(4, id)
        guard try row.step() else { return nil }
        return OpenBlock(id: row.integer(0), cidr: try row.prefix(1), next: row.integer(2))
    }

    package borrowing func isTaken(_ address: IPAddress) throws(SQLiteError) -> Bool {
        let row = try connection.prepareForMany(
            "SELECT EXISTS (SELECT 1 FROM lease WHERE address = ?1) OR EXISTS (SELECT 1 FROM freed WHERE address = ?1)")
        try row.bind(1, address.description)
        return try row.step() && row.bool(0)
    }

    package borrowing func isLeased(_ address: IPAddress) throws(SQLiteError) -> Bool {
        let row = try connection.prepare("SELECT 1 FROM lease WHERE address = ?")
        try row.bind(1, address.description)
        return try row.step()
    }

    package borrowing func reservation(covering address: IPAddress) throws(SQLiteError) -> Prefix? {
        let row = try connection.prepareForMany(
            "SELECT cidr FROM reservation WHERE first <= ? ORDER BY first DESC, last DESC LIMIT 1")
        var highest = address
        while true {
            try row.bind(1, ordered: highest)
            guard try row.step() else { return nil }
            let nearest = try row.prefix(0)
            if nearest.contains(address) { return nearest }
            // Prefixes nest or lie apart: what covers the address covers all that it shares with a lower neighbour, and
            // so begins before both. Thousands of neighbours are stepped over, not through.
            guard nearest.first.value > 0, let shared = Prefix(covering: nearest.first, and: address) else {
                return nil
            }
            highest = min(shared.first, IPAddress(address.family, nearest.first.value - 1))
            row.reset()
        }
    }

    package borrowing func unclaimedBlock(
        in pool: Pool, from start: IPAddress, to end: IPAddress
    ) throws(SQLiteError) -> Prefix? {
        let beginnings = try connection.prepareForMany(
            "SELECT first FROM block WHERE first BETWEEN ? AND ? ORDER BY first")
        let nearest = try connection.prepareForMany(
            "SELECT cidr FROM block WHERE first <= ? ORDER BY first DESC LIMIT 1")
        var candidate = Prefix(covering: start, length: pool.blockLength)
        while let block = candidate, block.last <= end {
            // Blocks of one size side by side, as most are, are passed by their beginnings alone: those an index has.
            try beginnings.bind(1, ordered: block.first)
            try beginnings.bind(2, ordered: end)
            while let next = candidate, try beginnings.step(),
                beginnings.address(0, ordered: next.family) == next.first
            { candidate = pool.block(after: next.last) }
            beginnings.reset()
            if candidate != block { continue }
            // One of another size may reach in.
            try nearest.bind(1, ordered: block.last)
            guard try nearest.step() else { return block }
            let taken = try nearest.prefix(0)
            guard taken.overlaps(block) else { return block }
            nearest.reset()
            candidate = pool.block(after: max(taken.last, block.last))
        }
        return nil
    }

    package borrowing func claim(covering address: IPAddress) throws(SQLiteError) -> BlockClaim? {
        let row = try connection.prepare(
            "SELECT id, owner, last >= ?1, routed FROM block WHERE first <= ?1 ORDER BY first DESC LIMIT 1")
        try row.bind(1, ordered: address)
        guard try row.step(), row.bool(2) else { return nil }
        return BlockClaim(id: row.integer(0), owner: row.text(1), hasSameUse: row.bool(3) == isRouted)
    }

    package borrowing func ownedBlocks(_ family: AddressFamily) throws(SQLiteError) -> Int {
        let row = try connection.prepare("SELECT count(*) FROM block WHERE owner = ? AND typeof(first) = ?")
        try row.bind(1, node)
        try row.bind(2, family == .ipv4 ? "integer" : "blob")
        return try row.step() ? row.integer(0) : 0
    }
}
