import Audit
import Dataplane
import Glibc
import Ledger

/// Why a command ends without having done what it was asked, for people.
struct Trouble: Error {
    /// Exit statuses, those of README and `--help`.
    enum Status: Int32 {
        /// There are findings, or what was asked for is refused.
        case findings = 1
        /// Ledger or kernel could not be looked at.
        case blind = 2
    }

    let status: Status
    /// Empty when everything has been said already.
    let message: String
    /// What to do about it.
    let hint: String

    init(_ status: Status, _ message: String = "", hint: String = "") {
        self.status = status
        self.message = message
        self.hint = hint
    }

    func report() {
        guard !message.isEmpty else { return }
        Output.error("Error: " + message)
        if !hint.isEmpty { Output.error("Hint: " + hint) }
    }
}

extension Trouble {
    init(_ error: LedgerError) {
        switch error {
        case .unusable, .database, .system: self.init(.blind, error.text)
        case .busy: self.init(.blind, error.text, hint: "try again when it has ended")
        case .tooNew(let path, let version):
            self.init(
                .blind, "\(path) was written by a newer Martlet (schema \(version))",
                hint: "use the martletctl of that version")
        case .refused(.exhausted(let limit), let family):
            let cause = limit.map { "the limit of \($0) blocks is reached" } ?? "no pool for this node has one left"
            self.init(.findings, "no \(family) address: \(cause)")
        case .refused(.blockWanted(let pools, _), let family):
            let names = pools.joined(separator: ", ")
            self.init(.findings, "no \(family) address before martletd has claimed a block of \(names)")
        case .refused, .pools, .conflict: self.init(.findings, error.text)
        }
    }

    init(_ error: WiringError) { self.init(.blind, error.text, hint: "martletctl needs root and CAP_NET_ADMIN") }

    init(_ error: AuditError) {
        switch error {
        case .ledger(let error): self.init(error)
        case .wiring(let error): self.init(error)
        case .unreadable(let text): self.init(.blind, text, hint: "apt-get install nftables, and run this as root")
        }
    }
}

/// Asks the ledger; its refusal is the command's.
func ledger<Result: ~Copyable>(_ body: () throws(LedgerError) -> Result) throws(Trouble) -> Result {
    do throws(LedgerError) { return try body() } catch { throw Trouble(error) }
}

/// Audits or repairs; a refusal is the command's.
func audited<Result: ~Copyable>(_ body: () throws(AuditError) -> Result) throws(Trouble) -> Result {
    do throws(AuditError) { return try body() } catch { throw Trouble(error) }
}
