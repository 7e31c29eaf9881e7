import Glibc
import Synchronization

/// A pod's network namespace and the container ID it goes by.
package struct Pod: Sendable {
    /// CNI_CONTAINERID.
    package let id: String
    package let namespace: Namespace

    /// CNI_NETNS.
    package var path: String { namespace.path }

    /// The same namespace under another container ID.
    package func named(_ id: String) -> Pod { Pod(id: id, namespace: namespace) }
}

/// A host of one node: its namespace with an addressed uplink, and its folder.
///
/// Its pods and neighbours live as long as it does, whether a test still speaks of them or not. Gone when the last
/// reference is: namespaces with their holders, the folder with the ledger in it.
package final class Node: Sendable {
    /// What a node has besides loopback and 192.0.2.10/24 on `up0`, whose peer `up1` is up.
    package struct Features: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// A default route via 192.0.2.1 on `up0`.
        package static let defaultRoute = Features(rawValue: 1)
        /// `up1` is in a namespace of its own with 192.0.2.1/24 and 2001:db8::1/64, which knows no way to any pod.
        package static let outside = Features(rawValue: 2)
        /// 2001:db8::10/64 on `up0`; with `defaultRoute` an IPv6 default route via 2001:db8::1.
        package static let ipv6 = Features(rawValue: 4)
        /// Its folder is a file system of its own in memory, 512 KiB large, that only programs on the node see.
        package static let smallDisk = Features(rawValue: 8)
        /// Programs on it see mounts of their own, so that a test may put its folders where a machine has its own.
        package static let ownMounts = Features(rawValue: 16)
    }

    package let name: String
    package let namespace: Namespace
    /// The outside world, on a node with `.outside`.
    package let outside: Namespace?
    /// A temporary folder for the test's own files; the ledger is in `data` below it, which Martlet makes.
    package let folder: Folder
    private let kept = Mutex<(pods: [Pod], neighbours: [Node])>(([], []))

    private init(name: String, namespace: Namespace, outside: Namespace?, folder: Folder) {
        self.name = name
        self.namespace = namespace
        self.outside = outside
        self.folder = folder
    }

    /// `data_dir`.
    package var data: String { "\(folder.path)/data" }

    /// The ledger as it is now.
    package var ledger: LedgerFile { LedgerFile(path: "\(data)/ledger.db", namespace: namespace) }

    static func make(name: String, features: Features, folder: Folder) async throws -> Node {
        let namespace = try await Namespace.make(
            withMounts: !features.isDisjoint(with: [.smallDisk, .ownMounts]))
        if features.contains(.smallDisk) {
            try await namespace.must("/bin/mount", "-t", "tmpfs", "-o", "size=512k,mode=700", "small", folder.path)
        }
        let outside = features.contains(.outside) ? try await Namespace.make() : nil
        try await namespace.ip(
            "link set lo up", "link add up0 type veth peer name up1",
            "link set up0 addrgenmode none", "link set up1 addrgenmode none",
            "addr add 192.0.2.10/24 dev up0", "link set up0 up", "link set up1 up")
        if features.contains(.ipv6) {
            try await namespace.ip("addr add 2001:db8::10/64 dev up0 nodad")
        }
        if let outside {
            try await namespace.ip("link set up1 netns \(outside.path)")
            try await outside.ip(
                "link set lo up", "addr add 192.0.2.1/24 dev up1", "link set up1 up",
                "addr add 2001:db8::1/64 dev up1 nodad")
        }
        if features.contains(.defaultRoute) {
            try await namespace.ip("route add default via 192.0.2.1 dev up0")
            if features.contains(.ipv6) { try await namespace.ip("route add default via 2001:db8::1 dev up0") }
        }
        return Node(name: name, namespace: namespace, outside: outside, folder: folder)
    }

    /// Another node with a host namespace of its own, whose data folder is this one's.
    package func neighbour(_ name: String, _ features: Features = []) async throws -> Node {
        let neighbour = try await Node.make(name: name, features: features, folder: folder)
        kept.withLock { $0.neighbours.append(neighbour) }
        return neighbour
    }

    /// A new pod: an empty namespace and a container ID that this node has not used.
    package func pod(id: String? = nil) async throws -> Pod {
        let namespace = try await Namespace.make()
        return kept.withLock { kept in
            let pod = Pod(id: id ?? "container-\(name)-\(kept.pods.count + 1)", namespace: namespace)
            kept.pods.append(pod)
            return pod
        }
    }
}

/// Runs `body` with a fresh node and takes it away afterwards, whatever happens.
///
/// Only a few nodes exist at once; the others wait here.
package func withNode(_ features: Node.Features = [], _ body: (Node) async throws -> Void) async throws {
    await Gate.nodes.enter()
    defer { Gate.nodes.leave() }
    try await body(try await Node.make(name: "n1", features: features, folder: try Folder()))
}
