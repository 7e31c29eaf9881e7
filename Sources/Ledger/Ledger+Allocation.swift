import Addressing
import IPAM
import SQLite

extension Ledger: AllocationView {
    package borrowing func freedAddress(in pool: Pool, after sequence: Int) throws(SQLiteError) -> FreedAddress? {
        let row = try connection.prepare(
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
        let row = try connection.prepare(
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
        let row = try connection.prepare(
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
        let row = try connection.prepare("SELECT cidr FROM reservation WHERE first <= ?1 AND last >= ?1 LIMIT 1")
        try row.bind(1, ordered: address)
        return try row.step() ? try row.prefix(0) : nil
    }

    package borrowing func unclaimedBlock(
        in pool: Pool, from start: IPAddress, to end: IPAddress
    ) throws(SQLiteError) -> Prefix? {
        guard var candidate = Prefix(covering: start, length: pool.blockLength) else { return nil }
        let row = try connection.prepare(
            "SELECT cidr FROM block WHERE last >= ? AND first <= ? ORDER BY first")
        try row.bind(1, ordered: candidate.first)
        try row.bind(2, ordered: end)
        while try row.step() {
            let taken = try row.prefix(0)
            if !taken.overlaps(candidate) && taken.first > candidate.last { break }
            guard let following = max(taken.last, candidate.last).advanced(by: 1), following <= end,
                let next = Prefix(covering: following, length: pool.blockLength)
            else { return nil }
            candidate = next
        }
        return candidate.last <= end ? candidate : nil
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
