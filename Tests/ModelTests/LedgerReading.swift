import CSQLite
import Foundation
import TestKit

/// A ledger as one reading finds it, by SQLite alone.
///
/// Opened for each reading, and read-only: a connection that stayed would be what operators seldom have, and hide how
/// the first to come after a killed one repairs the log.
struct LedgerReading {
    private let connection: OpaquePointer
    private var breaches: [String] = []
    /// What of each block is leased or waits to be used again.
    private var known: [Span: Set<IP>] = [:]

    /// The rows, and which of the rules that always hold they break.
    static func read(_ path: String) throws -> (Book, breaches: [String]) {
        guard access(path, F_OK) == 0 else { return (Book(), []) }
        var opened: OpaquePointer?
        guard sqlite3_open_v2(path, &opened, SQLITE_OPEN_READONLY, nil) == SQLITE_OK, let connection = opened else {
            throw Failure("\(path) cannot be opened")
        }
        defer { sqlite3_close(connection) }
        sqlite3_busy_timeout(connection, 10_000)
        var reading = LedgerReading(connection: connection)
        try reading.rows("BEGIN") { _ in }
        let book = try reading.book()
        try reading.rows("COMMIT") { _ in }
        return (book, reading.breaches)
    }

    private init(connection: OpaquePointer) { self.connection = connection }

    private mutating func book() throws -> Book {
        var book = Book()
        try rows("SELECT boot_id, coalesce(block_limit, 0), coalesce(rest_seconds, 180) FROM ledger") { row in
            (book.boot, book.limit, book.rest) = (row.text(0), row.number(1), row.number(2))
        }
        try rows(
            "SELECT name, cidr, block_length, disabled, automatic, draining, selector FROM pool ORDER BY name"
        ) { row in
            guard let selector = NodeSelector(rawValue: row.text(6)) else {
                throw Failure("pool \(row.text(0)) has a selector that nobody gave it: \(row.text(6))")
            }
            book.pools.append(
                Book.Pool(
                    name: row.text(0), cidr: try Span(row.text(1)), blockLength: row.number(2),
                    isDisabled: row.number(3) == 1, isAutomatic: row.number(4) == 1, isDraining: row.number(5) == 1,
                    selector: selector))
        }
        try rows("SELECT body FROM object WHERE kind = 'Node'") { row in
            let manifest = try Value(parsing: Array(row.text(0).utf8))
            book.node = Book.Labels(rack: manifest["metadata"]["labels"]["rack"].string)
        }
        try rows("SELECT coalesce(max(id), 0) FROM journal") { row in book.ended = row.number(0) }
        try rows("SELECT owner, cidr FROM reservation") { row in
            book.reservations[row.text(0), default: []].insert(try Span(row.text(1)))
        }
        var next: [Span: Int] = [:]
        try rows("SELECT block.cidr, pool.name, next FROM block JOIN pool ON pool.id = pool ORDER BY block.id") { row in
            book.blocks.append(Book.Block(cidr: try Span(row.text(0)), pool: row.text(1)))
            next[try Span(row.text(0))] = row.number(2)
        }
        try readAddresses(&book)
        examine(book, next)
        return book
    }

    private mutating func readAddresses(_ book: inout Book) throws {
        var (known, breaches) = (known, breaches)
        func note(_ address: IP, _ block: Span) {
            if !block.contains(address) { breaches.append("\(address) is said to be of block \(block)") }
            if !known[block, default: []].insert(address).inserted { breaches.append("\(address) stands there twice") }
        }
        try rows(
            """
            SELECT address, block.cidr, network, container_id, boot_id FROM lease LEFT JOIN block ON block.id = block
            """
        ) { row in
            let address = try IP(row.text(0))
            note(address, try Span(row.text(1)))
            book.leases[address] = Book.Lease(
                holder: Attachment(network: row.text(2), container: row.text(3)), boot: row.text(4))
        }
        try rows(
            """
            SELECT address, block.cidr, pool.name, at, boot_id, quarantine IS NOT NULL
            FROM freed JOIN pool ON pool.id = freed.pool LEFT JOIN block ON block.id = block ORDER BY sequence
            """
        ) { row in
            let address = try IP(row.text(0))
            note(address, try Span(row.text(1)))
            book.queues[row.text(2), default: []].append(
                Book.Freed(
                    address: address, at: row.number(3), boot: row.text(4), isSetAside: row.number(5) == 1))
        }
        (self.known, self.breaches) = (known, breaches)
    }

    /// Blocks lie in their pools and do not overlap; what a block has given out is leased, waits or is reserved.
    private mutating func examine(_ book: Book, _ next: [Span: Int]) {
        for (number, block) in book.blocks.enumerated() {
            if book.pool(block.pool)?.cidr.contains(block.cidr) != true {
                breaches.append("block \(block.cidr) is outside pool \(block.pool)")
            }
            for other in book.blocks[..<number] where other.cidr.overlaps(block.cidr) {
                breaches.append("block \(block.cidr) overlaps \(other.cidr)")
            }
            for address in block.cidr.addresses.prefix(next[block.cidr] ?? 0)
            where known[block.cidr]?.contains(address) != true && !book.isReserved(address) {
                breaches.append("\(address) was given out, and is lost")
            }
        }
    }

    private struct Row {
        let statement: OpaquePointer

        func text(_ column: Int32) -> String {
            sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
        }
        func number(_ column: Int32) -> Int { Int(sqlite3_column_int64(statement, column)) }
    }

    private func rows(_ query: String, _ body: (Row) throws -> Void) throws {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v2(connection, query, -1, &prepared, nil) == SQLITE_OK, let statement = prepared else {
            let problem = String(cString: sqlite3_errmsg(connection))
            throw Failure("\(query): \(problem)")
        }
        defer { sqlite3_finalize(statement) }
        var code = sqlite3_step(statement)
        while code == SQLITE_ROW {
            try body(Row(statement: statement))
            code = sqlite3_step(statement)
        }
        guard code == SQLITE_DONE else { throw Failure("\(query): \(String(cString: sqlite3_errmsg(connection)))") }
    }
}
