internal import CSQLite

extension Connection {
    /// Version of SQLite that this program was linked with, or found where that is shared.
    package static var engine: String { String(cString: sqlite3_libversion()) }

    /// A new database in memory, which nobody else sees.
    package static func inMemory() throws(SQLiteError) -> Connection {
        try Connection(":memory:", .readWrite, patience: 0)
    }

    /// Puts a copy of the whole database, as it is at one moment, in the place of another.
    package borrowing func copy(over other: borrowing Connection) throws(SQLiteError) {
        guard let copying = sqlite3_backup_init(other.handle, "main", handle, "main") else {
            throw other.error(sqlite3_extended_errcode(other.handle), "backup")
        }
        let code = sqlite3_backup_step(copying, -1)
        sqlite3_backup_finish(copying)
        if code != SQLITE_DONE {
            throw SQLiteError(code: code, message: String(cString: sqlite3_errstr(code)), statement: "backup")
        }
    }
}
