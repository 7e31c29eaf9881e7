internal import CSQLite

/// What SQLite refused, with its extended result code and the statement.
///
/// Prints as `SQLite error 2067: UNIQUE constraint failed: lease.address - while executing INSERT …`.
package struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The extended result code, https://sqlite.org/rescode.html.
    package let code: Int32
    package let message: String
    /// The statement's text; empty when none was under way.
    package let statement: String

    package init(code: Int32, message: String, statement: String = "") {
        self.code = code
        self.message = message
        self.statement = statement
    }

    /// The kinds that callers treat differently.
    package enum Kind: Sendable {
        /// Somebody else holds the file (`SQLITE_BUSY`).
        case busy
        /// No room on the disk (`SQLITE_FULL`).
        case full
        /// The file cannot be written (`SQLITE_READONLY`).
        case readOnly
        /// The file is no sound database (`SQLITE_CORRUPT`, `SQLITE_NOTADB`).
        case corrupt
        /// A rule of the schema was broken (`SQLITE_CONSTRAINT`).
        case constraint
        case other
    }

    package var kind: Kind {
        switch code & 0xFF {
        case SQLITE_BUSY: .busy
        case SQLITE_FULL: .full
        case SQLITE_READONLY: .readOnly
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
        case SQLITE_CONSTRAINT: .constraint
        default: .other
        }
    }

    package var description: String {
        let text = "SQLite error " + String(code) + ": " + message
        return statement.isEmpty ? text : text + " - while executing " + statement
    }
}
