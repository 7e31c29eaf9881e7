import ArgumentParser
import Glibc

/// The operators' tool: who holds an address, how much is left, why a pod got (no) address, and whether that is true.
@main
struct Martletctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martletctl",
        abstract: "Look after the addresses and routes of this node's pods.",
        discussion: """
            Everything is answered from this node's ledger and kernel, but for sessions, which BIRD tells of.

            EXIT STATUS: 0 done or clean; 1 findings, or refused; 2 could not look; 64 wrong usage.
            """,
        version: "0.1.0",
        subcommands: [
            GetCommand.self, ApplyCommand.self, CreateCommand.self, ReplaceCommand.self, PatchCommand.self,
            DeleteCommand.self, IPAMCommand.self, NodeCommand.self, ImportCommand.self,
        ])

    /// Runs a command; what it throws decides the exit status.
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let trouble as Trouble {
            trouble.report()
            Glibc.exit(trouble.status.rawValue)
        } catch {
            // Help, version, wrong usage: the parser's own.
            exit(withError: error)
        }
    }
}
