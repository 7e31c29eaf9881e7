import Glibc
import IPAM
import SQLite
import System

/// A copy of a ledger in memory, to try things on: nobody sees what is done to it, and it is gone with this value.
///
/// It is made at one moment, and keeps nobody from writing. What is done needs no transaction.
package struct LedgerCopy: ~Copyable {
    /// The copy.
    package let ledger: Ledger

    /// Copies the ledger in a folder, or makes an empty one where there is none; of the folder nothing is changed.
    ///
    /// - Throws: `LedgerError` as opening the ledger itself would.
    package init(
        of folder: String, node: String, bootID: String, restTime: Int?, isRouted: Bool
    ) throws(LedgerError) {
        let path = folder + "/ledger.db"
        let copy = try sql { () throws(SQLiteError) in try Connection.inMemory() }
        if let original = try Self.original(in: folder) {
            try sql { () throws(SQLiteError) in try original.copy(over: copy) }
        }
        ledger = try Ledger(
            copy, copyOf: path, node: node, bootID: bootID, restTime: restTime, isRouted: isRouted)
    }

    /// The ledger itself, to be copied; nil where there is none.
    static func original(in folder: String) throws(LedgerError) -> Connection? {
        let path = folder + "/ledger.db"
        if access(folder, F_OK) == 0 { try LedgerDirectory.examine(folder) }
        if access(path, F_OK) != 0 && errno == ENOENT { return nil }
        try Ledger.examine(try calls { () throws(SystemError) in try FileStatus(at: path, following: false) }, path)
        return try sql { () throws(SQLiteError) in
            try Connection(path, .readWrite, patience: Int32(LedgerDirectory.patience) * 1000)
        }
    }
}
