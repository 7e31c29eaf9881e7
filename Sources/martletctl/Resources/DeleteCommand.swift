import ArgumentParser
import Resources

/// Deletes objects.
struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete objects by kind and name, or those of a file.",
        discussion: """
            A pool whose addresses are in use is drained: it gives out nothing new, its pods live on, and it goes with its
            last block. Its empty blocks go at once, with their blackhole routes. All objects are deleted together, or none.
            In a cluster's registry a pool of which nodes have blocks is not deleted: disable it, and delete it when its last
            block was given back. A node that is gone leaves blocks behind: martletctl node delete.

            Examples:
              martletctl delete ippool old-pool
              martletctl delete -f pools.yaml
            """)

    @OptionGroup var node: NodeOptions
    @OptionGroup var registry: RegistryOptions
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

    func validate() throws {
        if filename.isEmpty == (kind == nil) { throw ValidationError("give either KIND NAME... or -f FILE") }
        if kind != nil && names.isEmpty { throw ValidationError("give the name of what to delete") }
    }

    @MainActor func run() async throws {
        let named = try named()
        let ledger = LedgerStore(node: node, routeProtocol: routes.routeProtocol, isForced: force)
        let store = try registry.store(else: ledger)
        Output.lines(try await store.delete(named, skipsMissing: skipNotExists))
    }

    private func named() throws -> [ObjectName] {
        guard let word = kind else {
            var options = ManifestOptions()
            options.filename = filename
            return try options.resources().map(\.objectName)
        }
        let kind = try ResourceKind(typed: word)
        return names.map { ObjectName(kind: kind, name: $0) }
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
