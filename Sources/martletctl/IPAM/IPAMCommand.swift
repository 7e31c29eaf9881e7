import ArgumentParser

/// What has to do with addresses.
struct IPAMCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ipam",
        abstract: "Look at, check and repair the addresses of this node.",
        subcommands: [
            ShowCommand.self, CheckCommand.self, ExplainCommand.self, HistoryCommand.self, ReleaseCommand.self,
            SplitCommand.self, ConfigureCommand.self, WatchCommand.self,
        ])
}
