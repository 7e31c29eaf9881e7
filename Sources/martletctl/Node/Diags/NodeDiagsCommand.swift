import AgentConfiguration
import ArgumentParser
import System

/// One archive of what a helper asks for.
struct NodeDiagsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diags",
        abstract: "Gather what somebody who helps would ask for, in one archive.",
        discussion: """
            Versions; links, addresses, routes, rules and neighbours; nftables and sysctls; what BIRD knows; a backup of the
            ledger; the registry; the audit; last lines of logs. Passwords are left out. Nothing is changed on the node.

            What cannot be had is named at the end, and in missing.txt; the reason stands in the place of the piece.

            Examples:
              martletctl node diags
              martletctl node diags --output /tmp/node1.tar.gz --log /var/log/martlet.log
            """)

    @OptionGroup var node: NodeOptions
    @OptionGroup var bird: BIRDOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Where the archive goes, mode 0600 (default: martlet-diags-NODE-TIME.tar.gz, here).", valueName: "file"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Another log, such as log_file_path of the network configuration; may be repeated.", valueName: "file"))
    var log: [String] = []

    func run() throws {
        var missing: [(name: String, reason: String)] = []
        let agent = agent()
        let nodeName = node.nodename ?? agent?.node ?? machineName()
        let name = "martlet-diags-\(nodeName)-\(Time.compactText(wallClockSeconds()))"
        let folder = try DiagsFolder(named: name)
        let pieces = pieces(agent).all
        for (index, piece) in pieces.enumerated() {
            Progress.show("gathering", index + 1, of: pieces.count)
            do throws(Absence) { try piece.gather(to: folder.path(piece.name)) } catch {
                missing.append((piece.name, error.reason))
                try save(error.remains + Array("\(piece.name) is missing: \(error.reason)\n".utf8), piece.name, folder)
            }
        }
        Progress.end()
        let lines = lines(missing)
        if !lines.isEmpty { try save(Array((lines.joined(separator: "\n") + "\n").utf8), "missing.txt", folder) }
        let archive = output ?? name + ".tar.gz"
        try folder.pack(into: archive)
        Output.line("Wrote \(archive): \(counted(pieces.count - missing.count, "piece")).")
        for line in lines { Output.error("Missing " + line) }
    }

    /// One line for each reason.
    private func lines(_ missing: [(name: String, reason: String)]) -> [String] {
        var reasons: [String] = []
        for (_, reason) in missing where !reasons.contains(reason) { reasons.append(reason) }
        return reasons.map { reason in
            missing.filter { $0.reason == reason }.map(\.name).joined(separator: ", ") + ": " + reason
        }
    }

    /// What the agent was told. Why that cannot be read, the pieces say that need it.
    private func agent() -> AgentConfiguration? {
        do throws(Trouble) { return try node.agent.read() } catch { return nil }
    }

    private func save(_ bytes: [UInt8], _ name: String, _ folder: borrowing DiagsFolder) throws(Trouble) {
        do throws(SystemError) { try DiagsFolder.write(bytes, to: folder.path(name)) } catch {
            throw Trouble(.blind, error.description)
        }
    }

    private func pieces(_ agent: AgentConfiguration?) -> DiagsPieces {
        let agentFile = node.agent.file
        let ledgerFolder = node.dataDirectory ?? agent?.dataDirectory ?? NodeOptions.standardFolder
        return DiagsPieces(
            agent: agent, agentFile: agentFile, socket: bird.socket(agent), ledgerFolder: ledgerFolder, logs: log,
            nodeWords: ["--data-dir", ledgerFolder] + (node.nodename.map { ["--nodename", $0] } ?? []),
            birdWords: bird.birdSocket.map { ["--bird-socket", $0] } ?? [],
            agentWords: agentFile.map { ["--agent-config", $0] } ?? [])
    }
}
