import AgentConfiguration
import ArgumentParser
import Glibc
import Logging
import Logs
import System

/// The agent of a node.
@main
struct Martletd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martletd",
        abstract: "Keep a node's part of the pod network as it should be.",
        discussion: """
            Keeps BIRD configured, claims blocks ahead of need, keeps the kernel true to the ledger, and does NAT for pools
            that ask for it. Pods start and stop, and keep their traffic, while it is away.
            """,
        subcommands: [BIRDCommand.self])

    @OptionGroup var agent: AgentOptions

    @Flag(help: "Read the configuration, say what is wrong with it, and end.")
    var check = false

    func run() async throws {
        let configuration = try agent.read()
        if check { return }
        shareOneHeap()
        signal(SIGPIPE, SIG_IGN)
        let log = makeLogger(configuration.log, label: "martletd")
        log.info("started", metadata: ["node": "\(configuration.node)"])
        try await Agent(configuration, log).run()
    }
}

/// Where the agent's configuration is.
struct AgentOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The agent's configuration.", valueName: "file"))
    var config = AgentConfiguration.standardFile

    /// Reads it.
    ///
    /// - Throws: `ValidationError`, which ends the process with status 64.
    func read() throws -> AgentConfiguration {
        do throws(ConfigurationError) { return try AgentConfiguration(file: config) } catch {
            throw ValidationError(error.description)
        }
    }
}
