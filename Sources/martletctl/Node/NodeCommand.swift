import ArgumentParser

struct NodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Look at this node's part of the mesh.",
        subcommands: [NodeStatusCommand.self, NodeRoutesCommand.self, NodeDiagsCommand.self])
}
