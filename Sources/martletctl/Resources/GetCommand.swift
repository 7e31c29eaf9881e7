import ArgumentParser
import JSON
import Ledger
import Manifests
import Resources

/// Shows declared objects and this node's pods.
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show pools, reservations, nodes, BGP objects, or this node's pods.",
        discussion: """
            KINDS: ippool, ipreservation, node, bgpconfiguration, bgppeer, workloadendpoint (wep).

            Examples:
              martletctl get ippool -o wide
              martletctl get node -o yaml
              martletctl get wep
            """)

    @OptionGroup var node: NodeOptions

    @Argument(help: "What to show.")
    var kind: String

    @Argument(help: "Only those of these names.")
    var names: [String] = []

    @Option(name: .shortAndLong, help: "How to print.")
    var output: Format = .table

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, wide, json, yaml, name
    }

    func run() throws {
        if Endpoints.aliases.contains(kind.lowercased()) {
            return try node.open { book, _ in try Endpoints(book).show(output, names) }
        }
        guard let kind = ResourceKind(alias: kind) else {
            let kinds = ResourceKind.allCases.map { $0.name.lowercased() } + ["workloadendpoint"]
            throw ValidationError("unknown kind \(kind), expected one of " + kinds.joined(separator: ", "))
        }
        try node.open { book, _ in
            var found = try ResourceStore.list(kind, book)
            let known = Set(found.map(\.name))
            for name in names where !known.contains(name) {
                throw Trouble(.findings, "there is no \(kind.name) \(name)", hint: "martletctl get \(kind.plural)")
            }
            if !names.isEmpty { found = found.filter { names.contains($0.name) } }
            try show(found, kind)
        }
    }

    private func show(_ found: [Resource], _ kind: ResourceKind) throws {
        switch output {
        case .table: ResourceTable.table(found, kind, isWide: false).print()
        case .wide: ResourceTable.table(found, kind, isWide: true).print()
        case .name: for resource in found { Output.line(kind.name.lowercased() + "/" + resource.name) }
        case .json: Output.text(value(found, kind).prettyPrinted)
        case .yaml:
            do throws(ManifestError) { Output.text(try JSON.yaml([value(found, kind)])) } catch {
                throw Trouble(.blind, error.description)
            }
        }
    }

    /// One object that was asked for by name stands alone, as in calicoctl; else they are a list.
    private func value(_ found: [Resource], _ kind: ResourceKind) -> JSON {
        names.count == 1 && found.count == 1 ? found[0].manifest : Resource.list(found, of: kind)
    }
}
