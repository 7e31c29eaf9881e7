import Addressing
import BIRD
import Glibc
import Resources
import TestKit

/// Some nodes on one bridge, each a namespace with a BIRD of its own, as in a rack: 192.168.0.80, .81 and so on, and
/// fd00:192::80 and so on.
final class Lab: Sendable {
    let nodes: [LabNode]
    private let bridge: Namespace

    private init(_ nodes: [LabNode], _ bridge: Namespace) {
        self.nodes = nodes
        self.bridge = bridge
    }

    static func pools() throws -> [IPPool] {
        [
            IPPool(name: "pods", cidr: try Prefix(parsing: "10.244.0.0/16")),
            IPPool(name: "pods6", cidr: try Prefix(parsing: "fd00:10:244::/48")),
        ]
    }

    /// Makes the nodes and their wires; nothing runs on them yet.
    static func make(_ count: Int) async throws -> Lab {
        let bridge = try await Namespace.make()
        try await bridge.ip("link add br0 type bridge", "link set br0 up")
        var nodes: [LabNode] = []
        for index in 0..<count {
            let node = LabNode(index: index, namespace: try await Namespace.make(), folder: try Folder())
            try await bridge.ip(
                "link add port\(index) type veth peer name ens33 netns \(node.namespace.path)",
                "link set port\(index) master br0 up")
            try await node.namespace.ip(
                "link set lo up", "link set ens33 up", "addr add 192.168.0.\(80 + index)/24 dev ens33",
                "addr add fd00:192::\(80 + index)/64 dev ens33 nodad")
            nodes.append(node)
        }
        return Lab(nodes, bridge)
    }

    /// What the cluster has agreed on: these nodes in a full mesh.
    func mesh(asNumbers: [Int: UInt32] = [:]) throws -> Mesh {
        Mesh(
            nodes: try nodes.map { node in
                var bgp = Resources.Node.BGP()
                bgp.ipv4Address = try InterfaceAddress(parsing: "192.168.0.\(80 + node.index)/24")
                bgp.ipv6Address = try InterfaceAddress(parsing: "fd00:192::\(80 + node.index)/64")
                bgp.asNumber = asNumbers[node.index].flatMap { ASNumber($0) }
                return Resources.Node(name: node.name, bgp: bgp)
            }, pools: try Self.pools())
    }
}

/// One node of a lab.
final class LabNode: Sendable {
    let index: Int
    let namespace: Namespace
    let folder: Folder

    init(index: Int, namespace: Namespace, folder: Folder) {
        self.index = index
        self.namespace = namespace
        self.folder = folder
    }

    var name: String { "node\(index)" }
    var socket: String { "\(folder.path)/bird.ctl" }
    private var file: String { "\(folder.path)/bird.conf" }

    /// The node's configuration in a mesh.
    func configuration(_ mesh: Mesh, password: String? = nil) throws -> Configuration {
        var passwords = Speaker.Passwords()
        passwords.mesh = password.flatMap { Password($0) }
        guard let speaker = Speaker(name, in: mesh, passwords: passwords) else {
            throw Failure("\(name) is not in the mesh")
        }
        return Configuration(
            of: speaker,
            LocalSettings(
                routerID: try IPAddress(parsing: "192.168.0.\(80 + index)"), log: "\(folder.path)/bird.log", holdTime: 9
            ))
    }

    func write(_ configuration: Configuration) throws {
        try writeFile(file, configuration.text)
    }

    /// Starts BIRD and waits until it answers.
    func start(_ mesh: Mesh, password: String? = nil) async throws -> Background {
        try write(configuration(mesh, password: password))
        let bird = try await namespace.start("/usr/sbin/bird", "-f", "-c", file, "-s", socket)
        guard try await eventually({ access(socket, F_OK) == 0 }) else { throw Failure("BIRD does not start") }
        return bird
    }

    /// The sessions as BIRD tells of them.
    func sessions() throws -> [Session] {
        var control = try ControlSocket.open(socket)
        return try control.sessions()
    }

    /// Asks BIRD to read its file again.
    func configure() throws -> Reply {
        var control = try ControlSocket.open(socket)
        return try control.ask("configure")
    }
}
