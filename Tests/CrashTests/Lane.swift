import Synchronization
import TestKit

/// A node on which one point after the other is tried, each from the same state.
final class Lane: Sendable {
    let scenario: Scenario
    let node: Node
    /// The pod that the operation is about, under another container ID at each point.
    private let pod: Pod
    /// Pods that live on the node all the time, and their leases; nothing of theirs may ever change.
    private let companions: [Pod]
    let company: [LedgerFile.Lease]
    private let number = Mutex(0)

    /// Makes the company of the scenario, if it has any, and keeps a copy of their ledger.
    static func make(_ scenario: Scenario, on node: Node) async throws -> Lane {
        let companions = scenario.hasCompany ? try await settle(on: node) : []
        let pod = try await node.pod()
        return Lane(scenario, node, pod, companions, company: try await node.ledger.leases())
    }

    private init(
        _ scenario: Scenario, _ node: Node, _ pod: Pod, _ companions: [Pod], company: [LedgerFile.Lease]
    ) {
        self.scenario = scenario
        self.node = node
        self.pod = pod
        self.companions = companions
        self.company = company
    }

    private static func settle(on node: Node) async throws -> [Pod] {
        let configuration = configuration(on: node)
        let companions = [try await node.pod(), try await node.pod()]
        for pod in companions { try await node.add(pod, configuration: configuration) }
        // A freed address in the first pool, and a block without a lease in the second.
        for pool in ["first", "second"] {
            let pod = try await node.pod()
            let chosen = configuration.setting("ipam.ipv4_pools", [.string(pool)])
            try await node.add(pod, configuration: chosen)
            try await node.delete(pod, configuration: chosen)
        }
        try await node.ledger.growLog(toFrames: 8)
        try await node.namespace.must("/bin/cp", "--archive", node.data, "\(node.folder.path)/saved")
        return companions
    }

    /// Two pools, one of them with NAT. Freed addresses need no rest, so that a mistake hands one out again at once.
    static func configuration(on node: Node) -> Value {
        node.configuration(["cniVersion": "1.1.0"]).setting("ipam.rest_seconds", 0).setting(
            "ipam.pools",
            [
                ["name": "first", "cidr": "10.244.0.0/16", "natOutgoing": true],
                ["name": "second", "cidr": "10.245.0.0/16"],
            ])
    }

    var configuration: Value { Self.configuration(on: node) }

    /// Brings the node into the scenario's state; answers the pod under a new container ID.
    func prepare() async throws -> Pod {
        let pod = newPod()
        if scenario.hasCompany {
            let saved = "\(node.folder.path)/saved"
            try await shell("rm -rf \(node.data) && cp --archive \(saved) \(node.data)")
        } else {
            try await shell(
                """
                rm -rf \(node.data) && ip route flush proto 80 type blackhole &&
                (nft delete table inet martlet 2>/dev/null || true) && echo 0 >/proc/sys/net/ipv4/ip_forward
                """)
        }
        if scenario.operation != .add { try await node.add(pod, configuration: configuration) }
        switch scenario.ledger {
        case .cold, .warm: break
        case .grown: try await node.ledger.growLog(toFrames: 31)
        case .lost: try await shell("rm -rf \(node.data)")
        }
        return pod
    }

    /// The pod under a container ID that was never used.
    func newPod() -> Pod {
        let number = number.withLock { number in
            number += 1
            return number
        }
        return pod.named("point-\(number)")
    }

    private func shell(_ script: String) async throws {
        try await node.namespace.must("/bin/sh", "-c", script)
    }

    /// Runs the scenario's operation, spoilt at a point, or just watched when there is none.
    func run(_ pod: Pod, _ point: Point?) async throws -> (completion: Completion, trace: Trace) {
        let log = "\(node.folder.path)/log"
        let words = [Programs.built("tamper"), log] + (point?.words ?? []) + ["--"]
        let isCollection = scenario.operation == .collect
        let configuration = isCollection ? collection : configuration
        let completion = try await node.call(
            scenario.operation, isCollection ? nil : pod, configuration: configuration, wrapper: words,
            timeout: .seconds(40))
        return (completion, try Trace(log: String(decoding: readFile(log), as: UTF8.self)))
    }

    /// GC that keeps the company and nobody else.
    var collection: Value { configuration.keeping(company.map { (container: $0.container, ifname: $0.ifname) }) }
}
