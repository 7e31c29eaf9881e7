import ArgumentParser
import Glibc

/// The operators' tool: who holds an address, how much is left, why a pod got (no) address, and whether that is true.
@main
struct Martletctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martletctl",
        abstract: "Look after the addresses and routes of this node's pods.",
        discussion: """
            Everything is answered from this node's ledger and kernel, but for sessions, which BIRD tells of, and for what is
            declared in a cluster, which stands in its registry.

            EXIT STATUS: 0 done or clean; 1 findings, or refused; 2 could not look; 64 wrong usage.
            """,
        version: "0.1.0",
        subcommands: [
            GetCommand.self, ApplyCommand.self, CreateCommand.self, ReplaceCommand.self, PatchCommand.self,
            DeleteCommand.self, IPAMCommand.self, NodeCommand.self, ImportCommand.self,
        ])

    /// Runs a command; what it throws decides the exit status.
    @MainActor static func main() async {
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
        } catch let trouble as Trouble {
            trouble.report()
            Glibc.exit(trouble.status.rawValue)
        } catch {
            // Help, version, wrong usage: the parser's own.
            exit(withError: error)
        }
    }
}
