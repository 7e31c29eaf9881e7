import Foundation
import TestKit

/// The node that the documents' examples are of: `node1` with the pods `default/web` and `default/client`.
///
/// `default/old` has been there, too, and a backup is from that time. When `client` was started, a foreign device held
/// the route of the address that was next.
///
/// It has mounts of its own, so that commands can be run as they stand: the ledger is in /var/lib/martlet, the pods'
/// namespaces are in /run/netns, and the files are the test's.
struct Scene {
    let node: Node

    /// What the pods' network is, like the sample that `Scripts/install` puts in place.
    private static let configuration: Value = [
        "cniVersion": "1.0.0", "name": "pods", "type": "martlet", "nodename": "node1",
        "ipam": [
            "type": "martlet-ipam",
            "pools": [["name": "default-ipv4-ippool", "cidr": "10.244.0.0/16", "blockSize": 26, "natOutgoing": true]],
        ],
    ]

    init(_ node: Node) async throws {
        self.node = node
        try await script(
            """
            cd "$1" && mkdir lib backups work && mkdir -m 0700 lib/martlet
            mount --bind lib /var/lib && mount --bind backups /var/backups
            mount -t tmpfs scene /run && mkdir /run/netns
            """)
        let old = try await start("old", id: "e04f6b")
        try await start("web", id: "7d1c2e")
        try await script("sqlite3 /var/lib/martlet/ledger.db '.backup /var/backups/yesterday.db'")
        try await call(.delete, old, "old")
        try await script("umount /run/netns/old && rm /run/netns/old")
        try await node.namespace.ip("route add 10.244.0.2/32 dev up0")
        try await start("client", id: "b5a903")
        try await node.namespace.ip("route del 10.244.0.2/32 dev up0")
    }

    /// Runs commands as they stand.
    func run(_ commands: String) async throws -> Completion {
        let environment = [
            "PATH": "\(folder(of: Programs.operatorsTool)):\(Programs.folder):\(defaultEnvironment["PATH"] ?? "")",
            "LC_ALL": "C.UTF-8",
            "HOME": "\(node.folder.path)/work",
        ]
        return try await node.namespace.run(
            ["/bin/bash", "-euo", "pipefail", "-c", "cd \"$HOME\"\n" + commands], environment: environment)
    }

    private func folder(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    @discardableResult
    private func start(_ name: String, id: String) async throws -> Pod {
        let pod = try await node.pod(id: id)
        try await script("touch /run/netns/\(name) && mount --bind \(pod.path) /run/netns/\(name)")
        try await call(.add, pod, name)
        return pod
    }

    private func script(_ text: String) async throws {
        try await node.namespace.must("/bin/sh", "-ec", text, "sh", node.folder.path)
    }

    private func call(_ operation: TestKit.Operation, _ pod: Pod, _ name: String) async throws {
        try await node.cni(
            operation, pod, args: "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=\(name)",
            configuration: Scene.configuration, variables: ["CNI_NETNS": "/run/netns/\(name)"]
        ).result()
    }
}
