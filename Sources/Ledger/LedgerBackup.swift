import Glibc
import SQLite
import System

/// A whole copy of a ledger in a file of its own, as `sqlite3 LEDGER '.backup FILE'` makes it: others may write meanwhile.
package enum LedgerBackup {
    /// Copies the ledger in a folder; of the folder nothing is changed.
    ///
    /// - Parameter path: where no file is yet.
    /// - Throws: `LedgerError`, where there is no ledger too.
    package static func make(of folder: String, at path: String) throws(LedgerError) {
        let found = try LedgerCopy.original(in: folder)
        guard let original = found else { throw .unusable("there is no ledger in " + folder) }
        // SQLite opens what is there: the permissions are ours.
        _ = try calls { () throws(SystemError) in try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL) }
        try sql { () throws(SQLiteError) in
            let copy = try Connection(path, .readWrite, patience: 0)
            try original.copy(over: copy)
        }
    }

    /// Version of SQLite.
    package static var engine: String { Connection.engine }
}
