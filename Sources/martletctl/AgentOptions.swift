import AgentConfiguration
import ArgumentParser
import Glibc

/// What this node's agent was told: folders, sockets and names are then the same for the operator.
struct AgentOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The agent's configuration (default: MARTLET_AGENT_CONFIG, else \(AgentConfiguration.standardFile), if it is there).",
            valueName: "file"))
    var agentConfig: String?

    /// Reads it; nil where none is named and none is in its usual place.
    ///
    /// - Throws: `Trouble` with status 2 where one is there or named and cannot be read.
    func read() throws(Trouble) -> AgentConfiguration? {
        guard let file else { return nil }
        do throws(ConfigurationError) { return try AgentConfiguration(file: file) } catch {
            throw Trouble(.blind, error.description, hint: "another file: --agent-config")
        }
    }

    /// Where it is; nil where there is none.
    var file: String? {
        let named = agentConfig ?? getenv("MARTLET_AGENT_CONFIG").map { String(cString: $0) } ?? ""
        if !named.isEmpty { return named }
        return access(AgentConfiguration.standardFile, F_OK) == 0 ? AgentConfiguration.standardFile : nil
    }
}
