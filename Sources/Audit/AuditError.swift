import Dataplane
import Ledger
import Netlink
import System

/// Why an audit could not look, or a repair could not be made.
package enum AuditError: Error, Sendable {
    case ledger(LedgerError)
    case wiring(WiringError)
    /// Something else of the node cannot be looked at; the text says what, and why.
    case unreadable(String)

    /// Whether the ledger's file is damaged.
    var isDamage: Bool {
        guard case .ledger(let error) = self else { return false }
        return error.isDamage
    }
}

extension AuditError: CustomStringConvertible {
    /// What happened, for people.
    package var description: String {
        switch self {
        case .ledger(let error): error.text
        case .wiring(let error): error.text
        case .unreadable(let text): text
        }
    }
}

extension LedgerError {
    /// What happened, for people.
    package var text: String {
        switch self {
        case .unusable(let text), .conflict(let text): text
        case .busy(let what, let holder, let patience): "\(what) has been held for \(patience) s by \(holder)"
        case .tooNew(let path, let version):
            "\(path) was written by a newer Martlet (schema \(version)): use the martletd of that version"
        case .database(let error): error.description
        case .system(let error): error.description
        case .refused(let refusal, let family): "no \(family) address: \(refusal)"
        case .pools(let problem): problem.description
        }
    }
}

/// Asks the ledger; its refusal is the audit's.
func books<Result: ~Copyable>(_ body: () throws(LedgerError) -> Result) throws(AuditError) -> Result {
    do throws(LedgerError) { return try body() } catch { throw .ledger(error) }
}

/// Asks the kernel about wires; its refusal is the audit's.
func wires<Result: ~Copyable>(_ body: () throws(WiringError) -> Result) throws(AuditError) -> Result {
    do throws(WiringError) { return try body() } catch { throw .wiring(error) }
}
