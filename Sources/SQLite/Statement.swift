internal import CSQLite

/// A compiled statement. It must not outlive the transaction it reads in: an open one would turn the next write
/// into an upgrade, which SQLite refuses without waiting.
package struct Statement: ~Copyable {
    private let handle: OpaquePointer
    private let sql: StaticString
    /// Where it goes after use; nil: nowhere.
    private let shelf: StatementShelf?

    init(_ handle: OpaquePointer, _ sql: StaticString, _ shelf: StatementShelf? = nil) {
        self.handle = handle
        self.sql = sql
        self.shelf = shelf
    }

    deinit {
        if let shelf { shelf.put(handle, sql) } else { sqlite3_finalize(handle) }
    }

    /// Runs to the next row; false at the end.
    package borrowing func step() throws(SQLiteError) -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure(code)
        }
    }

    /// Runs a statement that answers no row, and makes it ready for the next values.
    package borrowing func run() throws(SQLiteError) {
        while try step() {}
        sqlite3_reset(handle)
    }

    /// Makes the statement ready to run again.
    package borrowing func reset() { sqlite3_reset(handle) }

    // MARK: Values in, numbered from 1

    package borrowing func bind(_ index: Int32, _ value: Int) throws(SQLiteError) {
        try check(sqlite3_bind_int64(handle, index, Int64(value)))
    }

    /// Nil is NULL.
    package borrowing func bind(_ index: Int32, _ value: Int?) throws(SQLiteError) {
        if let value { try bind(index, value) } else { try check(sqlite3_bind_null(handle, index)) }
    }

    package borrowing func bind(_ index: Int32, _ value: Bool) throws(SQLiteError) {
        try check(sqlite3_bind_int64(handle, index, value ? 1 : 0))
    }

    /// Text is copied; nil is NULL.
    package borrowing func bind(_ index: Int32, _ value: String?) throws(SQLiteError) {
        guard var value else { return try check(sqlite3_bind_null(handle, index)) }
        let code = value.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                guard let start = $0.baseAddress, !$0.isEmpty else {
                    return withEmptyText { sqlite3_bind_text64(handle, index, $0, 0, copied, UInt8(SQLITE_UTF8)) }
                }
                return sqlite3_bind_text64(handle, index, start, UInt64($0.count), copied, UInt8(SQLITE_UTF8))
            }
        }
        try check(code)
    }

    /// Bytes are copied.
    package borrowing func bind(_ index: Int32, bytes: UnsafeRawBufferPointer) throws(SQLiteError) {
        try check(sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), copied))
    }

    // MARK: Values out, numbered from 0

    package borrowing func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

    package borrowing func bool(_ column: Int32) -> Bool { sqlite3_column_int64(handle, column) != 0 }

    package borrowing func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// Empty text for NULL.
    package borrowing func text(_ column: Int32) -> String {
        guard let bytes = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// Lends a blob's bytes.
    package borrowing func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let bytes = sqlite3_column_blob(handle, column)
        return body(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// Nil for NULL.
    package borrowing func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    private borrowing func check(_ code: Int32) throws(SQLiteError) {
        if code != SQLITE_OK { throw failure(code) }
    }

    private borrowing func failure(_ code: Int32) -> SQLiteError {
        SQLiteError(
            code: code, message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))),
            statement: sql.description)
    }
}

/// `SQLITE_TRANSIENT`: SQLite takes a copy. A macro with a cast, which Swift does not import.
private var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

/// What an empty String binds: its buffer may have no address, which SQLite would take for NULL.
private func withEmptyText<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    var end: CChar = 0
    return body(&end)
}
