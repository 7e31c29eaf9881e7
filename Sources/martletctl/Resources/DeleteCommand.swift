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
            last block. Its empty blocks go at once, with their blackhole routes. All objects are deleted together, or none.

            Examples:
              martletctl delete ippool old-pool
              martletctl delete -f pools.yaml
            """)

    @OptionGroup var node: NodeOptions
    @OptionGroup var routes: RouteOptions

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

    @Flag(help: "Delete also a pool that has come from a network configuration and does not stand there any more.")
    var force = false

    /// An object that is to go.
    private struct Target: Hashable {
        let kind: ResourceKind
        let name: String

        var title: String { kind.name.lowercased() + "/" + name }
    }

    func validate() throws {
        if filename.isEmpty == (kind == nil) { throw ValidationError("give either KIND NAME... or -f FILE") }
        if kind != nil && names.isEmpty { throw ValidationError("give the name of what to delete") }
    }

    func run() throws {
        let named = try named()
        try node.open { book, directory in
            let (targets, pools) = try book.changing(in: directory) { () throws(Trouble) in
                let targets = try existing(named, book)
                let pools = try ledger { () throws(LedgerError) in try book.pools() }
                for target in targets {
                    try ledger { () throws(LedgerError) in
                        try ResourceStore.remove(target.kind, target.name, book, isForced: force)
                    }
                }
                let deleted = pools.filter { targets.contains(Target(kind: .ipPool, name: $0.name)) }
                return (targets, Set(deleted.map(\.id)))
            }
            if !pools.isEmpty { try giveBackEmptyBlocks(of: pools, book, directory) }
            for target in targets { try report(target, book) }
        }
    }

    private func giveBackEmptyBlocks(
        of pools: Set<Int>, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(Trouble) {
        var options = AuditOptions(node: book.node)
        options.routeOrigin = routes.routeProtocol
        let repair = Repair(options)
        try audited { () throws(AuditError) in try repair.giveBackEmptyBlocks(ofPools: pools, book, directory) }
    }

    private func named() throws -> [Target] {
        guard let word = kind else {
            var options = ManifestOptions()
            options.filename = filename
            return try options.resources().map { Target(kind: $0.kind, name: $0.name) }
        }
        let kind = try ResourceKind(typed: word)
        return names.map { Target(kind: kind, name: $0) }
    }

    private func existing(_ targets: [Target], _ book: borrowing Ledger) throws(Trouble) -> [Target] {
        var found: [Target] = []
        for target in targets where !found.contains(target) {
            if try ResourceStore.list(target.kind, book).contains(where: { $0.name == target.name }) {
                found.append(target)
            } else if !skipNotExists {
                throw Trouble(
                    .findings, "there is no \(target.kind.name) \(target.name)",
                    hint: "martletctl get \(target.kind.plural)")
            }
        }
        return found
    }

    private func report(_ target: Target, _ book: borrowing Ledger) throws {
        let holdings =
            target.kind == .ipPool
            ? try ledger { () throws(LedgerError) in
                try book.reading { () throws(LedgerError) in try book.holdings(ofPool: target.name) }
            } : nil
        guard let holdings else { return Output.line("\(target.title) deleted") }
        Output.line("\(target.title) is being drained: it goes with the last of its blocks")
        for holding in holdings {
            Output.line("  \(holding.cidr) (\(holding.owner), \(counted(holding.leases, "lease")))")
            for pod in holding.pods { Output.line("    \(pod)") }
        }
    }
}

extension ResourceKind {
    /// The kind that somebody has typed.
    init(typed word: String) throws(ValidationError) {
        guard let kind = ResourceKind(alias: word) else {
            throw ValidationError(
                "unknown kind \(word), expected one of "
                    + ResourceKind.allCases.map { $0.name.lowercased() }.joined(separator: ", "))
        }
        self = kind
    }
}
