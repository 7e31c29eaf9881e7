import Foundation
import TestKit

/// A node with two dual-stack pods of a pool with NAT, and an agent that may be started on it.
struct Household: Sendable {
    let node: Node
    let pod: Pod
    let other: Pod
    let result: Value

    static func make(on node: Node) async throws -> Household {
        let (pod, other) = (try await node.pod(), try await node.pod())
        let result = try await node.add(pod, configuration: node.network)
        try await node.add(other, configuration: node.network)
        return Household(node: node, pod: pod, other: other, result: result)
    }

    var host: Namespace { node.namespace }

    // What accidents speak of.
    func address() throws -> String { try result.resultAddress() }
    func address6() throws -> String { try result.resultAddress(ipv6: true) }
    func link() throws -> String { try result.resultHostLink() }
    static let block = "10.244.0.0/26"
    static let block6 = "fd00:10:244::/122"
}

/// The program `martletd` on a node, until the last reference goes.
struct Agent: Sendable {
    let process: Background
    private let logFile: String

    fileprivate init(_ node: Node, _ configuration: Value) async throws {
        logFile = "\(node.folder.path)/martletd.log"
        try? FileManager.default.removeItem(atPath: logFile)
        let file = "\(node.folder.path)/martletd.json"
        try writeFile(file, configuration.text)
        process = try await node.namespace.start(Programs.built("martletd"), "--config", file)
        guard try await eventually({ log.contains("martletd: started") }) else {
            throw Failure("martletd does not start: \(log)")
        }
    }

    /// What it has logged.
    var log: String { String(decoding: (try? readFile(logFile)) ?? [], as: UTF8.self) }

    /// How often it has compared ledger and kernel, where it logs that (`debug`).
    var looks: Int { log.components(separatedBy: "martletd: looked").count - 1 }

    /// Processor time that it has used so far, in seconds.
    func processorTime() throws -> Double {
        let status = String(decoding: try readFile("/proc/\(process.pid)/stat"), as: UTF8.self)
        // The second field, the name, may hold blanks; user and system time are the 14th and the 15th.
        let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            throw Failure("/proc/\(process.pid)/stat: \(status)")
        }
        return (user + system) / 100
    }
}

extension Node {
    /// The network of the pods.
    var network: Value {
        configuration().setting(
            "ipam.pools",
            [
                ["name": "four", "cidr": "10.244.0.0/16", "natOutgoing": true],
                ["name": "six", "cidr": "fd00:10:244::/64"],
            ]
        ).setting("ipam.assign_ipv6", true)
    }

    /// An IPPool as the agent's configuration has it.
    static func pool(_ name: String, _ cidr: String, natOutgoing: Bool = false) -> Value {
        [
            "apiVersion": "projectcalico.org/v3", "kind": "IPPool", "metadata": ["name": .string(name)],
            "spec": ["cidr": .string(cidr), "natOutgoing": .bool(natOutgoing)],
        ]
    }

    /// Starts an agent that gives nobody time and knows the network's pools, but for what `changes` says.
    func startAgent(_ changes: Value = [:]) async throws -> Agent {
        let configuration: Value = [
            "nodename": .string(name), "data_dir": .string(data), "run_dir": .string("\(folder.path)/run"),
            "ip": "192.0.2.10/24", "registry": "static", "grace_seconds": 0, "low_water": 0,
            "log_file_path": .string("\(folder.path)/martletd.log"),
            "objects": [
                Node.pool("four", "10.244.0.0/16", natOutgoing: true), Node.pool("six", "fd00:10:244::/64"),
            ],
        ]
        return try await Agent(self, configuration.merging(changes))
    }
}
