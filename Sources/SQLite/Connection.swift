internal import CSQLite
import Glibc

/// One connection to a database file, for one thread of a process that lives for milliseconds.
package struct Connection: ~Copyable {
    let handle: OpaquePointer
    private let shelf = StatementShelf()

    /// How a file is opened.
    package enum Access: Sendable {
        case readOnly
        /// The file must exist: whoever makes it sets its permissions.
        case readWrite
    }

    /// Tells SQLite that this process has one thread and a short life. Once, before the first connection.
    package static func prepareForOneShot() throws(SQLiteError) {
        let code = martlet_sqlite3_config_one_shot()
        if code != SQLITE_OK { throw SQLiteError(code: code, message: String(cString: sqlite3_errstr(code))) }
    }

    /// Opens the file.
    ///
    /// - Parameter patience: milliseconds to wait for others' locks.
    package init(_ path: String, _ access: Access, patience: Int32) throws(SQLiteError) {
        var opened: OpaquePointer?
        let mode =
            switch access {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE
            }
        let code = sqlite3_open_v2(path, &opened, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let opened else { throw SQLiteError(code: code, message: "out of memory") }
        guard code == SQLITE_OK else {
            let error = SQLiteError(code: code, message: String(cString: sqlite3_errmsg(opened)))
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
        sqlite3_busy_timeout(opened, patience)
        // The file is shared with people's tools: their triggers and views get no powers here.
        _ = martlet_sqlite3_db_config_bool(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        // A checkpoint at every close would cost four fsyncs; `checkpoint` is called when the log has grown instead.
        _ = martlet_sqlite3_db_config_bool(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    }

    deinit {
        shelf.clear()
        sqlite3_close_v2(handle)
    }

    /// Runs statements that answer nothing.
    package borrowing func execute(_ sql: StaticString) throws(SQLiteError) {
        let code = sql.withUTF8Buffer { text in
            text.withMemoryRebound(to: CChar.self) { sqlite3_exec(handle, $0.baseAddress, nil, nil, nil) }
        }
        if code != SQLITE_OK { throw error(code, sql) }
    }

    /// Compiles one statement.
    package borrowing func prepare(_ sql: StaticString) throws(SQLiteError) -> Statement {
        Statement(try compile(sql), sql)
    }

    /// A statement that may be asked for many times: compiled at the first, which costs ten times as much as running it.
    package borrowing func prepareForMany(_ sql: StaticString) throws(SQLiteError) -> Statement {
        if let known = shelf.take(sql) { return Statement(known, sql, shelf) }
        return Statement(try compile(sql), sql, shelf)
    }

    private borrowing func compile(_ sql: StaticString) throws(SQLiteError) -> OpaquePointer {
        var statement: OpaquePointer?
        let code = sql.withUTF8Buffer { text in
            text.withMemoryRebound(to: CChar.self) {
                sqlite3_prepare_v3(handle, $0.baseAddress, Int32($0.count), 0, &statement, nil)
            }
        }
        guard code == SQLITE_OK, let statement else { throw error(code, sql) }
        return statement
    }

    /// Rows changed by the last statement.
    package var changes: Int { Int(sqlite3_changes(handle)) }

    /// The row identifier of the last insertion.
    package var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Moves the write-ahead log into the file and empties it, if nobody is reading.
    package borrowing func checkpoint() throws(SQLiteError) {
        let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        if code != SQLITE_OK && code & 0xFF != SQLITE_BUSY { throw error(code, "wal_checkpoint(TRUNCATE)") }
    }

    borrowing func error(_ code: Int32, _ sql: StaticString) -> SQLiteError {
        SQLiteError(code: code, message: String(cString: sqlite3_errmsg(handle)), statement: sql.description)
    }
}
