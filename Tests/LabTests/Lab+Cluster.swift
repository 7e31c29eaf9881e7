import Foundation
import TestKit

/// What the nodes of a lab agree on, and how they stand to each other.
extension Lab {
    /// A BGP session as BIRD tells it.
    struct Session: Equatable {
        /// When it came into its state.
        let since: String
        /// `Established`, or what it is instead.
        let info: String
    }

    /// A node's BGP sessions by their names.
    func sessions(_ node: String) async throws -> [String: Session] {
        let rows = try await lines(node, "birdc", "show", "protocols").map(\.words).filter {
            $0.dropFirst().first == "BGP"
        }
        return Dictionary(
            uniqueKeysWithValues: rows.map {
                ($0[0], Session(since: "\($0[4]) \($0[5])", info: $0[6...].joined(separator: " ")))
            })
    }

    /// Whether all sessions of all nodes stand.
    func areEstablished(each count: Int = 2) async throws -> Bool {
        for node in Self.nodes {
            if try await sessions(node).values.count(where: { $0.info == "Established" }) < count { return false }
        }
        return true
    }

    /// Each node's first block.
    func blocks() async throws -> [String: String] {
        var blocks: [String: String] = [:]
        for node in Self.nodes {
            let found = try await eventually { try await self.blocks(of: node).isEmpty == false }
            guard found else { throw Failure("\(node) has no block") }
            blocks[node] = try await self.blocks(of: node)[0]
        }
        return blocks
    }

    /// A node's own blocks, of both families.
    func blocks(of node: String) async throws -> [String] {
        let routes = try await lines(node, "ip", "route") + lines(node, "ip", "-6", "route")
        return routes.filter { $0.hasPrefix("blackhole ") }.map { $0.words[1] }
    }

    /// What peers are told by a session of a node's.
    func told(_ session: String, on node: String) async throws -> [String] {
        try await lines(node, "birdc", "show", "route", "export", session)
            .filter { $0.contains(" [") }.map { $0.words[0] }
    }

    /// Has the cluster's registry take manifests.
    func apply(_ manifests: String) async throws {
        try await must("cat >/run/manifests.yaml <<'END'\n\(manifests)\nEND")
        try await on("master", "martletctl", "apply", "-f", "/run/manifests.yaml")
    }

    /// What a node's agent answers over HTTP; empty while it does not.
    func ask(_ node: String, _ path: String) async throws -> String {
        let socket = "/run/lab/nodes/\(node).whale.com/run/metrics.sock"
        return try await run(["/usr/bin/curl", "--silent", "--unix-socket", socket, "http://localhost\(path)"]).text
            .trimmingCharacters(in: .newlines)
    }

    /// Changes the configuration of a node's agent, and waits until it is ready again.
    func configure(_ node: String, _ filter: String) async throws {
        try await self("configure", node, filter)
        guard try await eventually(within: .seconds(20), { try await ask(node, "/readyz") == "ok" }) else {
            throw Failure("the agent of \(node) is not ready: \(try await ask(node, "/readyz"))")
        }
    }

    /// Whether one of the alarms of a node begins with a text.
    func isAlarmed(_ node: String, _ text: String) async throws -> Bool {
        try await ask(node, "/readyz").split(separator: "\n").contains { $0.hasPrefix(text) }
    }

    /// Has a node's last heartbeat be ten minutes old.
    func forget(_ node: String) async throws {
        try await must(
            """
            sqlite3 /run/lab/registry.db "UPDATE object SET body = json_set(body, '\\$.at', \
            json_extract(body, '\\$.at') - 600) WHERE kind = 'Heartbeat' AND name = '\(node).whale.com'"
            """)
    }
}

extension String {
    /// What stands between blanks.
    var words: [String] { split(separator: " ").map(String.init) }
}
