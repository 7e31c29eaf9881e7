import ArgumentParser
import Ledger

/// What holds for all pools.
struct ConfigureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "configure",
        abstract: "Set what holds for all pools of this ledger.",
        discussion: """
            A key of the network configuration (ipam.max_blocks_per_host, ipam.rest_seconds) comes first where it stands.

            Example:
              martletctl ipam configure --max-blocks-per-host 20
            """)

    @OptionGroup var node: NodeOptions

    @Option(help: ArgumentHelp("Most blocks of a family on a node; 0 is no limit.", valueName: "number"))
    var maxBlocksPerHost: Int?

    @Option(help: ArgumentHelp("How long a freed address rests, at most 86400.", valueName: "seconds"))
    var restSeconds: Int?

    func validate() throws {
        if maxBlocksPerHost == nil && restSeconds == nil {
            throw ValidationError("nothing to set: give --max-blocks-per-host or --rest-seconds")
        }
        if let maxBlocksPerHost, !(0...1_000_000).contains(maxBlocksPerHost) {
            throw ValidationError("--max-blocks-per-host: expected 0 to 1000000, found \(maxBlocksPerHost)")
        }
        if let restSeconds, !(0...86_400).contains(restSeconds) {
            throw ValidationError("--rest-seconds: expected 0 to 86400, found \(restSeconds)")
        }
    }

    func run() throws {
        try node.openOrMake { book, directory in
            try ledger { () throws(LedgerError) in
                try book.transaction(in: directory) { () throws(LedgerError) in
                    try book.configure(blockLimit: maxBlocksPerHost, restSeconds: restSeconds)
                }
            }
            if let maxBlocksPerHost { Output.line("Successfully set MaxBlocksPerHost to: \(maxBlocksPerHost)") }
            if let restSeconds { Output.line("Successfully set RestSeconds to: \(restSeconds)") }
        }
    }
}
