import AgentConfiguration
import BIRD
import Glibc
import JSON
import Ledger
import Manifests
import Registry
import System

/// What is in the archive, in its order.
struct DiagsPieces {
    let agent: AgentConfiguration?
    let agentFile: String?
    let socket: String
    let ledgerFolder: String
    /// More files whose last lines are wanted.
    let logs: [String]
    /// The words by which this tool's other commands look at the same ledger, and at the same BIRD.
    let nodeWords: [String]
    let birdWords: [String]
    /// Those that both take.
    let agentWords: [String]

    var all: [DiagsPiece] {
        [DiagsPiece("versions.txt", .text { () throws(Absence) in versions() })] + kernel + bird + own + registry
            + lastLines
    }

    private var kernel: [DiagsPiece] {
        var pieces = [
            DiagsPiece("ip-address.txt", .program(["ip", "-d", "address", "show"])),
            DiagsPiece("ip-link.txt", .program(["ip", "-d", "-s", "link", "show"])),
        ]
        for family in ["4", "6"] {
            pieces += [
                ("route", ["route", "show", "table", "all"]), ("rule", ["rule", "show"]), ("neigh", ["neigh", "show"]),
            ].map { name, words in
                DiagsPiece("ip-\(name)-\(family).txt", .program(["ip", "-\(family)", "-d"] + words))
            }
        }
        let settings =
            #"\.(forwarding|proxy_arp|proxy_ndp|proxy_delay|rp_filter|accept_ra|disable_ipv6|gc_thresh[123])$"#
            + #"|\.ip_forward$|\.nf_conntrack_(max|count)$"#
        return pieces + [
            DiagsPiece("nft-ruleset.txt", .program(["nft", "list", "ruleset"])),
            DiagsPiece("sysctl.txt", .program(["sysctl", "-a", "-r", settings])),
        ]
    }

    private var bird: [DiagsPiece] {
        let commands = ["status", "protocols all", "route all", "interfaces", "memory"].map { words in
            DiagsPiece(
                "bird-\(words.replacing(" ", with: "-")).txt", .text { () throws(Absence) in try ask("show " + words) })
        }
        let file = agent?.bird.configurationFile ?? "/run/martlet/bird.conf"
        return commands + [
            DiagsPiece(
                "bird.conf", .text { () throws(Absence) in Secrets.blanked(configuration: try read(file)) })
        ]
    }

    /// What Martlet itself has to say.
    private var own: [DiagsPiece] {
        var pieces = [
            DiagsPiece("ipam-check.json", .tool(["ipam", "check", "-o", "json"] + agentWords + nodeWords + birdWords)),
            DiagsPiece("ipam-show.txt", .tool(["ipam", "show", "--show-blocks"] + agentWords + nodeWords)),
            DiagsPiece("node-status.json", .tool(["node", "status", "-o", "json"] + agentWords + birdWords)),
            DiagsPiece("node-routes.json", .tool(["node", "routes", "-o", "json"] + agentWords + birdWords)),
            DiagsPiece("ledger.db", .file { (path) throws(Absence) in try backUp(to: path) }),
        ]
        if let agentFile {
            pieces.append(
                DiagsPiece("martletd.json", .text { () throws(Absence) in try configuration(agentFile) }))
        }
        return pieces
    }

    private var registry: [DiagsPiece] {
        guard let agent, agent.registry != nil else { return [] }
        return [DiagsPiece("registry.json", .text { () throws(Absence) in try listing(agent) })]
    }

    private var lastLines: [DiagsPiece] {
        let files = [agent?.log.filePath, agent?.bird.log].compactMap(\.self) + logs
        var pieces: [DiagsPiece] = []
        for (number, file) in files.enumerated() {
            let name = file.split(separator: "/").last ?? "log"
            pieces.append(
                DiagsPiece("log-\(number + 1)-\(name).txt", .program(["tail", "-n", "2000", file])))
        }
        // A node without systemd has no journal.
        if access("/run/systemd/system", F_OK) == 0 {
            let units = ["martletd", "martlet-bird", "bird", "kubelet", "containerd", "crio"].flatMap { ["-u", $0] }
            pieces += [
                DiagsPiece("journal-units.txt", .program(["journalctl", "--no-pager", "-n", "5000"] + units)),
                DiagsPiece(
                    "journal-plugin.txt", .program(["journalctl", "--no-pager", "-n", "2000", "-t", "martlet"])),
            ]
        }
        return pieces
    }
}

extension DiagsPieces {
    private func versions() -> String {
        let programs = [["uname", "-a"], ["ip", "-V"], ["nft", "--version"], ["cat", "/etc/os-release"]]
        let said = programs.map { words in
            do throws(Absence) {
                return String(decoding: try run("/usr/bin/env", words, good: [0]), as: UTF8.self)
            } catch { return "\(words[0]): \(error.reason)\n" }
        }
        let bird: String
        do throws(BIRDError) {
            var control = try ControlSocket.open(socket)
            bird = try control.daemon().version
        } catch { bird = error.description }
        return "martletctl \(Martletctl.configuration.version)\nSQLite \(LedgerBackup.engine)\nBIRD \(bird)\n"
            + said.joined()
    }

    private func ask(_ command: String) throws(Absence) -> String {
        do throws(BIRDError) {
            var control = try ControlSocket.open(socket)
            return try control.ask(command).lines.map { $0.text + "\n" }.joined()
        } catch { throw Absence(error.description) }
    }

    private func read(_ file: String) throws(Absence) -> String {
        try system { () throws(SystemError) in try readText(file, limit: 64 << 20) + "\n" }
    }

    /// What cannot be read as JSON is left out: secrets in it could not be found.
    private func configuration(_ file: String) throws(Absence) -> String {
        let text = try read(file)
        do throws(JSON.SyntaxError) {
            return Secrets.blanked(try JSON.parse(Array(text.utf8))).prettyPrinted
        } catch { throw Absence("\(file): \(error.description)") }
    }

    private func backUp(to path: String) throws(Absence) {
        do throws(LedgerError) { try LedgerBackup.make(of: ledgerFolder, at: path) } catch {
            throw Absence(Trouble(error).message)
        }
    }

    private func listing(_ agent: AgentConfiguration) throws(Absence) -> String {
        let registry: RegistryOfAgent
        do throws(Trouble) { registry = try RegistryOfAgent(agent) } catch { throw Absence(error.message) }
        do throws(RegistryError) {
            let objects = try registry.objects(of: RegistryKind.allCases)
            return JSON.array(objects.map(\.json)).prettyPrinted
        } catch { throw Absence(error.description) }
    }
}

extension RegistryObject {
    fileprivate var json: JSON {
        var content = JSON.string(body)
        // What is no JSON is shown as it stands.
        do throws(JSON.SyntaxError) { content = try JSON.parse(Array(body.utf8)) } catch {}
        return [
            "kind": .string(key.kind.rawValue), "name": .string(key.name), "revision": .string(revision.text),
            "body": Secrets.blanked(content),
        ]
    }
}
