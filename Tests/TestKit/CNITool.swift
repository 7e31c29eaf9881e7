import Foundation

/// A file of `cni-conf`, by its name without the extension.
package enum Sample: String, CaseIterable, Sendable {
    case single = "10-martlet"
    case dualStack = "10-martlet-dual-stack"
    case portsAndLimits = "10-martlet-portmap-bandwidth"
    case firewall = "10-martlet-firewall"
    case hostLocal = "10-martlet-host-local"
    case ptp = "10-ptp-martlet-ipam"
    case bridge = "10-bridge-martlet-ipam"
    case macvlan = "10-macvlan-martlet-ipam"
}

/// The real cnitool with one sample, exactly as it is shipped, as the node's configuration.
///
/// The programs it starts see folders of the test's own as /var/lib and /var/lib/martlet: cnitool's cache, the
/// addresses of host-local and the ledger, which is also `node.ledger`, stay there from call to call.
package struct CNITool: Sendable {
    package let node: Node
    private let network: String

    /// The package's folder.
    package static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    private static let path = Task {
        let built = try await execute(
            ["\(root)/Scripts/cnitool"], environment: ProcessInfo.processInfo.environment, timeout: .seconds(300))
        guard built.succeeded else { throw Failure("Scripts/cnitool: \(built.errorText)") }
        return built.text.trimmingCharacters(in: .newlines)
    }

    package init(_ sample: Sample, on node: Node) throws {
        let text = try Data(contentsOf: URL(fileURLWithPath: "\(CNITool.root)/cni-conf/\(sample.rawValue).conflist"))
        try self.init(Value(parsing: Array(text)), on: node)
    }

    /// The same with a list of the test's own.
    package init(_ list: Value, on node: Node) throws {
        self.node = node
        network = list["name"].string ?? ""
        for name in ["net.d", "lib", "lib/martlet", "data"] {
            try FileManager.default.createDirectory(
                atPath: "\(node.folder.path)/\(name)", withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700])
        }
        try writeFile("\(node.folder.path)/net.d/10-test.conflist", list.text)
    }

    /// Calls cnitool, which has to succeed, and gives what it wrote.
    ///
    /// - Parameter capabilities: CAP_ARGS, what a runtime supplies of the capabilities that plugins advertise.
    @discardableResult
    package func callAsFunction(_ operation: String, _ pod: Pod, capabilities: Value = [:]) async throws -> String {
        let environment = [
            "CNI_PATH": Programs.searchPath, "NETCONFPATH": "\(node.folder.path)/net.d",
            "CAP_ARGS": capabilities.text,
        ]
        let completion = try await run(
            [try await CNITool.path.value, operation, network, pod.path], environment: environment)
        guard completion.succeeded else {
            throw Failure("cnitool \(operation): \(completion.text)\(completion.errorText)")
        }
        return completion.text
    }

    /// Runs a program that sees the same folders.
    package func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Completion {
        let script = """
            mount --bind "$0/lib" /var/lib && mount --bind "$0/data" /var/lib/martlet && exec "$@"
            """
        return try await node.namespace.run(
            ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, node.folder.path] + arguments,
            environment: defaultEnvironment.merging(environment) { _, new in new })
    }

    /// ADD, and the result.
    @discardableResult
    package func add(_ pod: Pod, capabilities: Value = [:]) async throws -> Value {
        try Value(parsing: Array(try await self("add", pod, capabilities: capabilities).utf8))
    }
}

extension Node {
    /// An interface `eth0` in a LAN whose router, outside, has 192.168.7.1.
    package func provideLAN() async throws {
        guard let outside else { throw Failure("the node has no outside") }
        try await namespace.ip(
            "link add eth0 type veth peer name lan0", "link set lan0 netns \(outside.path)", "link set eth0 up")
        try await outside.ip("addr add 192.168.7.1/24 dev lan0", "link set lan0 up")
    }
}
