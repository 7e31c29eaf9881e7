import ArgumentParser
import Glibc
import JSON
import Registry
import System

/// Which registry a command works on, if any.
struct RegistryOptions: ParsableArguments {
    private static let standardFile = "/etc/martlet/martletd.json"

    @Option(
        help: ArgumentHelp(
            "The cluster's registry, sqlite:PATH (default: the one that the agent's configuration names).",
            valueName: "registry"))
    var registry: String?

    @Option(
        help: ArgumentHelp(
            "The agent's configuration (default: /etc/martlet/martletd.json, if there is one).", valueName: "file"))
    var agentConfig: String?

    func validate() throws {
        guard let registry, RegistryPlace(registry) == nil else { return }
        throw ValidationError("--registry: expected \(RegistryPlace.expected), found \(registry)")
    }

    /// Where declared objects are kept.
    func store(else ledger: LedgerStore) throws(Trouble) -> any ResourceStore {
        guard let registry = try open() else { return ledger }
        return RegistryStore(registry: registry)
    }

    /// Opens the registry; nil where this node is in no cluster that has one.
    func open() throws(Trouble) -> (any Registry)? {
        let place = if let registry { RegistryPlace(registry) } else { try configured() }
        guard let place else { return nil }
        do throws(RegistryError) { return try place.open() } catch { throw Trouble(.blind, error.description) }
    }

    /// What the agent's configuration names.
    private func configured() throws(Trouble) -> RegistryPlace? {
        let file = agentConfig ?? Self.standardFile
        if agentConfig == nil, access(file, F_OK) != 0, errno == ENOENT || errno == ENOTDIR { return nil }
        let bytes = try Input.bytes(of: file, limit: 10 << 20)
        let json: JSON
        do throws(JSON.SyntaxError) { json = try JSON.parse(bytes) } catch {
            throw Trouble(.blind, "\(file): \(error.description)")
        }
        let named: String?
        do throws(JSON.TypeError) { named = try JSONObject(json).string("registry") } catch {
            throw Trouble(.blind, "\(file): \(error.description)")
        }
        guard let named, named != "static" else { return nil }
        guard let place = RegistryPlace(named) else {
            throw Trouble(.blind, "\(file): registry: expected static, or \(RegistryPlace.expected), found \(named)")
        }
        return place
    }
}
