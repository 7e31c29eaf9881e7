import AgentConfiguration
import ArgumentParser
import Glibc
import Logging
import Logs
import ServiceLifecycle

/// The agent of a node.
@main
struct Martletd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martletd",
        abstract: "Keep a node's part of the pod network as it should be.",
        discussion: """
            Keeps BIRD configured, claims blocks ahead of need, keeps the kernel true to the ledger, and does NAT for pools
            that ask for it. Pods start and stop, and keep their traffic, while it is away.
            """)

    @Option(help: ArgumentHelp("The agent's configuration.", valueName: "file"))
    var config = AgentConfiguration.standardFile

    @Flag(help: "Read the configuration, say what is wrong with it, and end.")
    var check = false

    func run() async throws {
        let configuration: AgentConfiguration
        do throws(ConfigurationError) { configuration = try AgentConfiguration(file: config) } catch {
            throw ValidationError(error.description)
        }
        if check { return }
        signal(SIGPIPE, SIG_IGN)
        let log = makeLogger(configuration.log, label: "martletd")
        let agent = try Agent(configuration, log)
        log.info("started", metadata: ["node": "\(configuration.node)"])
        try await agent.run()
    }
}
