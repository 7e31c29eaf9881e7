import ArgumentParser
import Audit
import Ledger
import Resources

/// Deletes objects.
struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete objects by kind and name, or those of a file.",
        discussion: """
            A pool whose addresses are in use is drained: it gives out nothing new, its pods live on, and it goes with its
            last block.

            Examples:
              martletctl delete ippool old-pool
              martletctl delete -f pools.yaml
            """)

    @OptionGroup var node: NodeOptions

    @Argument(help: "What to delete.")
    var kind: String?

    @Argument(help: "Which of them.")
    var names: [String] = []

    @Option(
        name: [.short, .customLong("filename")],
        help: ArgumentHelp("Delete the objects of this file; - is stdin.", valueName: "file"))
    var filename: [String] = []

    @Flag(help: "Objects that are not there are no failure.")
    var skipNotExists = false

    func validate() throws {
        if filename.isEmpty == (kind == nil) { throw ValidationError("give either KIND NAME... or -f FILE") }
        if kind != nil && names.isEmpty { throw ValidationError("give the name of what to delete") }
    }

    func run() throws {
        let doomed = try doomed()
        try node.open { book, directory in
            for (kind, name) in doomed { try delete(kind, name, book, directory) }
        }
    }

    private func doomed() throws -> [(ResourceKind, String)] {
        guard let word = kind else {
            var options = ManifestOptions()
            options.filename = filename
            return try options.resources().map { ($0.kind, $0.name) }
        }
        guard let kind = ResourceKind(alias: word) else {
            throw ValidationError(
                "unknown kind \(word), expected one of "
                    + ResourceKind.allCases.map { $0.name.lowercased() }.joined(separator: ", "))
        }
        return names.map { (kind, $0) }
    }

    private func delete(
        _ kind: ResourceKind, _ name: String, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws {
        guard try ResourceStore.list(kind, book).contains(where: { $0.name == name }) else {
            if skipNotExists { return }
            throw Trouble(.findings, "there is no \(kind.name) \(name)", hint: "martletctl get \(kind.plural)")
        }
        switch kind {
        case .ipPool: return try deletePool(name, book, directory)
        case .ipReservation:
            try change(book, directory) { () throws(LedgerError) in try book.declare(reservation: name, []) }
        case .node, .bgpConfiguration, .bgpPeer:
            try change(book, directory) { () throws(LedgerError) in _ = try book.remove(kind.name, name) }
        }
        Output.line("\(kind.name.lowercased())/\(name) deleted")
    }

    private func deletePool(
        _ name: String, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws {
        try change(book, directory) { () throws(LedgerError) in _ = try book.drain(pool: name) }
        // Blocks that nothing is leased from go at once, with their routes.
        try audited { () throws(AuditError) in
            try Repair(AuditOptions(node: book.node)).giveBackEmptyBlocks(book, directory)
        }
        let left = try ledger { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in
                try book.pools().contains { $0.name == name } ? try book.drain(pool: name) : nil
            }
        }
        guard let left else { return Output.line("ippool/\(name) deleted") }
        Output.line("ippool/\(name) is being drained: it goes with the last of its blocks")
        for block in left { Output.line("  \(block)") }
    }

    private func change(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, _ body: () throws(LedgerError) -> Void
    ) throws(Trouble) {
        try ledger { () throws(LedgerError) in try book.transaction(in: directory, body) }
    }
}
