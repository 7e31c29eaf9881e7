import ArgumentParser
import Registry

/// Which registry a command works on, if any.
struct RegistryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The cluster's registry, sqlite:PATH (default: the one that the agent's configuration names).",
            valueName: "registry"))
    var registry: String?

    func validate() throws {
        guard let registry, RegistryPlace(registry) == nil else { return }
        throw ValidationError("--registry: expected \(RegistryPlace.expected), found \(registry)")
    }

    /// Where declared objects are kept.
    func store(else ledger: LedgerStore) throws(Trouble) -> any ResourceStore {
        guard let registry = try open(ledger.node.agent) else { return ledger }
        return RegistryStore(registry: registry)
    }

    /// Opens the registry; nil where this node is in no cluster that has one.
    func open(_ agent: AgentOptions) throws(Trouble) -> (any Registry)? {
        let place = if let registry { RegistryPlace(registry) } else { try agent.read()?.registry }
        guard let place else { return nil }
        do throws(RegistryError) { return try place.open() } catch { throw Trouble(.blind, error.description) }
    }
}
