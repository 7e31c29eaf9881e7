import ArgumentParser
import JSON
import Resources

/// Shows declared objects and this node's pods.
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show pools, reservations, nodes, BGP objects, or this node's pods.",
        discussion: """
            KINDS: ippool, ipreservation, node, bgpconfiguration, bgppeer, workloadendpoint (wep).

            JSON and YAML are Calico's manifests, which apply takes: the object alone if one is asked for by name, else a
            list. A workload endpoint has name, workload, node, ipNetworks and interfaceName. Names are kind/name, one a
            line.

            Examples:
              martletctl get ippool -o wide
              martletctl get node -o yaml
              martletctl get wep
            """)

    @OptionGroup var node: NodeOptions
    @OptionGroup var registry: RegistryOptions

    @Argument(help: "What to show.")
    var kind: String

    @Argument(help: "Only those of these names.")
    var names: [String] = []

    @Option(name: .shortAndLong, help: "How to print.")
    var output: ReadingFormat = .table

    @MainActor func run() async throws {
        if Endpoints.aliases.contains(kind.lowercased()) {
            return try node.open { book, _ in
                try Endpoints(book).listing(names, isWide: output == .wide).show(output)
            }
        }
        guard let kind = ResourceKind(alias: kind) else {
            let kinds = ResourceKind.allCases.map { $0.name.lowercased() } + ["workloadendpoint"]
            throw ValidationError("unknown kind \(kind), expected one of " + kinds.joined(separator: ", "))
        }
        let store = try registry.store(else: LedgerStore(node: node))
        try listing(kind, try await store.read([kind, .bgpConfiguration])).show(output)
    }

    private func listing(_ kind: ResourceKind, _ known: Declarations) throws(Trouble) -> Listing {
        let all = kind == .node ? nodes(known) : known.list(kind)
        for name in names where !all.contains(where: { $0.name == name }) {
            throw ObjectName(kind: kind, name: name).missing
        }
        let found = names.isEmpty ? all : all.filter { names.contains($0.name) }
        let table = ResourceTable(isWide: output == .wide, asNumber: ResourceTable.asNumber(known))
        return Listing(
            lines: table.table(found, kind).lines + [""],
            // One object that was asked for by name stands alone, as in calicoctl; else they are a list.
            json: names.count == 1 ? found[0].manifest : Resource.list(found, of: kind), names: found.map(\.title))
    }

    /// The declared nodes, and those which own blocks without having been declared.
    private func nodes(_ known: Declarations) -> [Resource] {
        let declared = known.list(.node)
        let silent = known.owners.filter { owner in !declared.contains { $0.name == owner } }
        return (declared + silent.map { .node(Node(name: $0)) }).sorted { $0.name < $1.name }
    }
}
