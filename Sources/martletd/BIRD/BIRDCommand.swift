import AgentConfiguration
import ArgumentParser

/// What units of systemd's and operators do with BIRD by hand.
struct BIRDCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bird", abstract: "Run this node's BIRD, or restart it without losing a packet.",
        subcommands: [Run.self, Restart.self])

    /// Becomes BIRD, for martlet-bird.service.
    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Become BIRD, in the foreground, with the configuration that the agent has written.",
            discussion: "After a crash BIRD takes up the routes that it left in the kernel.")

        @OptionGroup var agent: AgentOptions

        func run() throws { try BIRDProcess(agent.read()).become() }
    }

    /// Ends BIRD so that nobody forgets a route.
    struct Restart: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Have BIRD end so that whoever keeps it running starts it again: after an upgrade of its program.",
            discussion: "Peers and kernel keep all routes meanwhile (RFC 4724).")

        @OptionGroup var agent: AgentOptions

        func run() throws { try BIRDProcess(agent.read()).restart() }
    }
}
