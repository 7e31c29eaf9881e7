import Foundation
import TestKit

/// The node that the documents' examples are of: `node1` with the pods `default/web` and `default/client`.
///
/// `default/old` has been there, too, and a backup is from that time. When `client` was started, a foreign device held
/// the route of the address that was next.
///
/// It has mounts of its own, so that commands can be run as they stand: the ledger is in /var/lib/martlet, the pods'
/// namespaces are in /run/netns, and the files are the test's.
struct Scene: Stage {
    let node: Node
    /// Programs that run as long as the scene lasts.
    private let daemons: [Background]

    /// What the pods' network is, like the sample that `Scripts/install` puts in place.
    private static let configuration: Value = [
        "cniVersion": "1.0.0", "name": "pods", "type": "martlet", "nodename": "node1",
        "ipam": [
            "type": "martlet-ipam",
            "pools": [["name": "default-ipv4-ippool", "cidr": "10.244.0.0/16", "blockSize": 26, "natOutgoing": true]],
        ],
    ]

    /// Folders of the scene's own where a machine has its.
    static let folders = """
        cd "$1" && mkdir lib backups work bin && mkdir -m 0700 lib/martlet
        mount --bind lib /var/lib && mount --bind backups /var/backups
        mount -t tmpfs scene /run && mkdir /run/netns
        """

    /// A scene that somebody else sets.
    init(bare node: Node, with daemons: [Background]) {
        self.node = node
        self.daemons = daemons
    }

    init(_ node: Node) async throws {
        self.node = node
        daemons = []
        try await script(Scene.folders)
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
            "PATH":
                "\(node.folder.path)/bin:\(folder(of: Programs.operatorsTool)):\(Programs.folder):\(defaultEnvironment["PATH"] ?? "")",
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
        try await mount(pod, at: name)
        try await call(.add, pod, name)
        return pod
    }

    /// Gives a pod's namespace the path that a runtime would give it.
    func mount(_ pod: Pod, at name: String) async throws {
        try await script("touch /run/netns/\(name) && mount --bind \(pod.path) /run/netns/\(name)")
    }

    func script(_ text: String) async throws {
        try await node.namespace.must("/bin/sh", "-ec", text, "sh", node.folder.path)
    }

    private func call(_ operation: TestKit.Operation, _ pod: Pod, _ name: String) async throws {
        try await node.cni(
            operation, pod, args: "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=\(name)",
            configuration: Scene.configuration, variables: ["CNI_NETNS": "/run/netns/\(name)"]
        ).result()
    }
}
