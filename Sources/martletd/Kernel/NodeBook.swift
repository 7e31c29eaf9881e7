import AgentConfiguration
import Audit
import Dataplane
import Ledger
import System

/// The node's ledger as the agent opens it: afresh for each look, for it may have been moved, restored or made meanwhile.
struct NodeBook: Sendable {
    let folder: String
    let node: String
    let bootID: String

    /// - Throws: `SystemError` when the kernel does not say which boot this is.
    init(_ configuration: AgentConfiguration) throws(SystemError) {
        folder = configuration.dataDirectory
        node = configuration.node
        bootID = try Boot.identifier()
    }

    /// Opens the ledger; nil where there is none yet.
    func open<Result>(
        _ body: (borrowing Ledger, borrowing LedgerDirectory) throws(AuditError) -> Result
    ) throws(AuditError) -> Result? {
        guard let directory = try ledger({ () throws(LedgerError) in try LedgerDirectory(existing: folder) }) else {
            return nil
        }
        let found = try ledger { () throws(LedgerError) in
            try Ledger(existingIn: directory, node: node, bootID: bootID, restTime: nil, isRouted: true)
        }
        // One that is just being made has no tables yet.
        guard let book = found, try ledger({ () throws(LedgerError) in try book.hasTables() }) else { return nil }
        return try body(book, directory)
    }

    /// Reads at one moment; nil where there is no ledger yet.
    func read<Result>(
        _ body: (borrowing Ledger) throws(LedgerError) -> Result
    ) throws(AuditError) -> Result? {
        try open { (book, _) throws(AuditError) in
            try ledger { () throws(LedgerError) in
                try book.reading { () throws(LedgerError) in try body(book) }
            }
        }
    }
}

extension AuditOptions {
    /// Whose pods and which routes are meant.
    init(_ configuration: AgentConfiguration) {
        self.init(node: configuration.node)
        routeOrigin = configuration.routeProtocol
        grace = configuration.grace
    }
}

/// Asks the ledger; its refusal is the look's.
func ledger<Result: ~Copyable>(_ body: () throws(LedgerError) -> Result) throws(AuditError) -> Result {
    do throws(LedgerError) { return try body() } catch { throw .ledger(error) }
}
