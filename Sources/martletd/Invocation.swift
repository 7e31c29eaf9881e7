import AgentConfiguration

/// What the command line asks for.
///
/// Read by hand: a parser with all that it brings would be a fifth of the agent's memory (docs/agent.md).
enum Invocation {
    /// Run as the node's agent.
    case serve(config: String)
    /// Say what is wrong with the configuration, and end.
    case check(config: String)
    /// Become BIRD, in the foreground.
    case runBIRD(config: String)
    /// Have BIRD end and be started again, so that nobody forgets a route.
    case restartBIRD(config: String)
    case help

    /// What is wrong with a command line.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    static let usage = """
        Usage: martletd [--config FILE] [--check]
               martletd bird run|restart [--config FILE]

        Keeps a node's part of the pod network as it should be: keeps BIRD configured, claims blocks ahead of need, keeps
        the kernel true to the ledger, and does NAT for pools that ask for it. Pods start and stop, and keep their traffic,
        while it is away.

          --config FILE   the agent's configuration (\(AgentConfiguration.standardFile))
          --check         read the configuration, say what is wrong with it, and end
          bird run        become BIRD, in the foreground, with the configuration that the agent has written; after a crash
                          BIRD takes up the routes that it left in the kernel. For martlet-bird.service
          bird restart    have BIRD end so that whoever keeps it running starts it again, as after an upgrade of its
                          program: peers and kernel keep all routes meanwhile (RFC 4724)
          -h, --help      this text
        """

    /// Reads the words behind the program's name.
    init(_ words: [String]) throws(Mistake) {
        var config = AgentConfiguration.standardFile
        var isCheck = false
        var commands: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "-h", "--help":
                self = .help
                return
            case "--check": isCheck = true
            case "--config":
                guard let file = rest.popFirst() else { throw Mistake(description: "--config: a file is missing") }
                config = file
            case _ where word.hasPrefix("--config="): config = String(word.dropFirst("--config=".count))
            case _ where word.hasPrefix("-"): throw Mistake(description: "unknown option \"\(word)\"")
            default: commands.append(word)
            }
        }
        switch (commands, isCheck) {
        case ([], false): self = .serve(config: config)
        case ([], true): self = .check(config: config)
        case (["bird", "run"], false): self = .runBIRD(config: config)
        case (["bird", "restart"], false): self = .restartBIRD(config: config)
        case (["bird"], _): throw Mistake(description: "bird: expected run or restart")
        default: throw Mistake(description: "unexpected \"\(commands.joined(separator: " "))\"")
        }
    }
}
