import Addressing
import IPAM
import SQLite
import System

/// Why the ledger could not do what it was asked.
package enum LedgerError: Error, Sendable {
    /// The file or its folder cannot be used; the text names it, what is wrong and what to do.
    case unusable(String)
    /// Somebody else held the ledger, or the attachment, for longer than `patience` seconds.
    case busy(what: String, holder: String, patience: Int)
    /// Written by a newer Martlet that does not let this one write.
    case tooNew(path: String, version: Int)
    case database(SQLiteError)
    case system(SystemError)
    /// There is no address to give.
    case refused(Allocator.Refusal, AddressFamily)
    /// The pools of the configuration cannot be used.
    case pools(PoolProblem)
    /// Something in the request contradicts the ledger; the text names the key and what to do.
    case conflict(String)

    /// Whether the file is no sound database.
    package var isDamage: Bool {
        if case .database(let error) = self { error.kind == .corrupt } else { false }
    }
}

extension LedgerError {
    /// Somebody has written a block length into the pool's row that its family does not have.
    static func impossibleBlock(_ pool: Pool) -> LedgerError {
        .conflict("pool " + pool.name + " has an impossible block length")
    }
}

/// Runs statements whose failure is the ledger's.
func sql<Result: ~Copyable>(_ body: () throws(SQLiteError) -> Result) throws(LedgerError) -> Result {
    do throws(SQLiteError) { return try body() } catch { throw .database(error) }
}

/// Makes system calls whose failure is the ledger's.
func calls<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(LedgerError) -> Result {
    do throws(SystemError) { return try body() } catch { throw .system(error) }
}
