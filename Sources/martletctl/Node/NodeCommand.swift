import ArgumentParser

struct NodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Look at this node's part of the mesh, or take a node out of its cluster.",
        subcommands: [
            NodeStatusCommand.self, NodeRoutesCommand.self, NodeDiagsCommand.self, NodeDeleteCommand.self,
        ])
}
