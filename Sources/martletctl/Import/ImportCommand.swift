import ArgumentParser

/// Takes over the addresses of a living node.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take over the addresses that another IPAM has given out, without restarting pods.",
        subcommands: [ImportHostLocalCommand.self, ImportCalicoCommand.self])
}
