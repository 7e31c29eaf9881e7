import Foundation
import Glibc
import TestKit

/// `martletd` on a node of its own, with a pool of small blocks, and what it serves at a socket.
struct MonitoredNode: Sendable {
    let node: Node
    private let agent: Background

    /// Where metrics are, unless the test says otherwise.
    static func socket(_ node: Node) -> String { "\(node.folder.path)/metrics.sock" }

    /// Blocks have eight addresses, and the agent wants as many at hand.
    static func start(
        on node: Node, _ changes: Value = [:], environment: [String] = []
    ) async throws -> MonitoredNode {
        let pool: Value = [
            "apiVersion": "projectcalico.org/v3", "kind": "IPPool", "metadata": ["name": "pool"],
            "spec": ["cidr": "10.244.0.0/16", "blockSize": 29],
        ]
        let peer: Value = [
            "apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": ["name": "nobody"],
            "spec": ["peerIP": "192.0.2.77", "asNumber": 64_512],
        ]
        let configuration: Value = [
            "nodename": .string(node.name), "data_dir": .string(node.data),
            "run_dir": .string("\(node.folder.path)/run"), "ip": "192.0.2.10/24", "registry": "static",
            "grace_seconds": 0, "low_water": 8, "objects": [pool, peer],
            "metrics": .string("unix:\(socket(node))"), "log_file_path": .string("\(node.folder.path)/martletd.log"),
        ]
        let file = "\(node.folder.path)/martletd.json"
        try writeFile(file, configuration.merging(changes).text)
        return MonitoredNode(
            node: node,
            agent: try await node.namespace.start(
                ["/usr/bin/env"] + environment + ["\(Programs.toolFolder)/martletd", "--config", file]))
    }

    /// Asks the agent to end.
    func terminate() { kill(agent.pid, SIGTERM) }

    var log: String { String(decoding: (try? readFile("\(node.folder.path)/martletd.log")) ?? [], as: UTF8.self) }

    /// What curl hears: the status, 0 where nobody answers, and the text.
    func ask(_ path: String, _ words: String...) async throws -> (status: Int, text: String) {
        try await ask(at: "http://localhost\(path)", ["--unix-socket", Self.socket(node)] + words)
    }

    /// The same of a port.
    func ask(at url: String, _ words: [String] = []) async throws -> (status: Int, text: String) {
        let completion = try await node.namespace.run(
            ["/usr/bin/curl", "--silent", "--max-time", "20", "--write-out", "\n%{http_code}"] + words + [url])
        let end = completion.text.lastIndex(of: "\n") ?? completion.text.endIndex
        return (Int(completion.text[end...].dropFirst()) ?? 0, String(completion.text[..<end]))
    }

    /// The metrics.
    func page() async throws -> PrometheusPage {
        let answer = try await ask("/metrics")
        guard answer.status == 200 else { throw Failure("/metrics: \(answer), log: \(log)") }
        return try PrometheusPage(answer.text)
    }

    /// Waits until a page is as it should be, and gives it.
    @discardableResult
    func page(_ isThere: (PrometheusPage) -> Bool) async throws -> PrometheusPage {
        var last = "nothing"
        for _ in 0..<200 {
            let answer = try await ask("/metrics")
            if answer.status == 200 {
                let page = try PrometheusPage(answer.text)
                if isThere(page) { return page }
            }
            last = answer.text
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure("the page does not come to what it should be: \(last)\nlog: \(log)")
    }

    /// Starts this node's BIRD, as its unit would.
    func startBIRD() async throws -> Background {
        let run = "\(node.folder.path)/run"
        guard try await eventually(within: .seconds(20), { fileMode("\(run)/bird.conf") != nil }) else {
            throw Failure("no configuration of BIRD: \(log)")
        }
        return try await node.namespace.start(
            "/usr/sbin/bird", "-f", "-c", "\(run)/bird.conf", "-s", "\(run)/bird.ctl", "-P", "\(run)/bird.pid")
    }

    // MARK: Pods

    /// The network: its pools are the cluster's.
    private var network: Value { node.configuration(["ipam": ["type": "martlet-ipam"]]) }

    func add() async throws -> Pod {
        let pod = try await node.pod()
        try await node.add(pod, configuration: network)
        return pod
    }

    func delete(_ pod: Pod) async throws { try await node.delete(pod, configuration: network) }
}
