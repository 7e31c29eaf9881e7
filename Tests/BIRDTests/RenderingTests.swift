import Addressing
import BIRD
import Foundation
import IPAM
import JSON
import Resources
import TestKit
import Testing

/// What is written for a node, held by files that a person can read. MARTLET_RECORD=1 writes them anew.
@Suite struct RenderingTests {
    @Test("the file for each of these", arguments: Example.all)
    func golden(_ example: Example) async throws {
        let text = try example.configuration().text
        let path = #filePath.replacing("RenderingTests.swift", with: "Golden/\(example.name).conf")
        if ProcessInfo.processInfo.environment["MARTLET_RECORD"] != nil { try writeFile(path, text, mode: 0o644) }
        #expect(text == String(decoding: try readFile(path), as: UTF8.self))
    }

    @Test("BIRD accepts each of them", arguments: Example.all)
    func accepted(_ example: Example) async throws {
        let folder = try Folder()
        try writeFile("\(folder.path)/bird.conf", try example.configuration().text)
        let outcome = try await execute(["/usr/sbin/bird", "-p", "-c", "\(folder.path)/bird.conf"])
        #expect(outcome.succeeded, "\(outcome.errorText)")
    }

    @Test("neighbours are the same whatever the order of nodes and peers")
    func order() throws {
        var mesh = try Example.threeNodes()
        let first = Speaker("node1", in: mesh)?.neighbours(.ipv4)
        mesh.nodes.reverse()
        #expect(Speaker("node1", in: mesh)?.neighbours(.ipv4) == first)
        #expect(first?.map(\.name) == ["Mesh_192_168_0_80", "Mesh_192_168_0_82"])
    }

    @Test("of each pair one side waits")
    func onePassive() throws {
        let mesh = try Example.threeNodes()
        for one in mesh.nodes {
            for other in mesh.nodes where one.metadata.name < other.metadata.name {
                let sides = [(one, other), (other, one)].compactMap { node, peer in
                    Speaker(node.metadata.name, in: mesh)?.neighbours(.ipv4).first {
                        $0.address == peer.bgp.ipv4Address?.address
                    }
                }
                #expect(sides.map(\.isPassive).sorted { $0 && !$1 } == [true, false])
            }
        }
    }

    @Test(
        "a secret that BIRD's file cannot hold is no secret",
        arguments: ["", "a\"b", "a\nb", String(repeating: "x", count: 81)])
    func secrets(_ text: String) { #expect(Password(text) == nil) }
}

/// One node's configuration, to be looked at.
struct Example: Sendable, CustomTestStringConvertible {
    let name: String
    let configuration: @Sendable () throws -> Configuration

    var testDescription: String { name }

    static let all = [
        Example(name: "full-mesh") { try of("node1", in: threeNodes()) },
        Example(name: "single-node") {
            var mesh = try threeNodes()
            mesh.nodes.removeAll { $0.metadata.name != "node1" }
            mesh.pools = []
            return try of("node1", in: mesh)
        },
        Example(name: "dual-stack") {
            var mesh = try threeNodes()
            for index in mesh.nodes.indices {
                mesh.nodes[index].bgp.ipv6Address = try InterfaceAddress(parsing: "fd00:192::8\(index)/64")
            }
            mesh.pools.append(IPPool(name: "pods6", cidr: try Prefix(parsing: "fd00:10:244::/48")))
            return try of("node1", in: mesh)
        },
        Example(name: "reflector") { try of("master", in: reflected()) },
        Example(name: "reflected-client") { try of("node1", in: reflected()) },
        Example(name: "everything") {
            var mesh = try threeNodes()
            var tor = BGPPeer(
                name: "tor", peerIP: PeerAddress(try IPAddress(parsing: "192.168.0.1"), port: 1790),
                asNumber: try number(65001))
            tor.ttlSecurity = 1
            tor.keepOriginalNextHop = true
            tor.maxRestartTime = RestartTime(seconds: 60)
            tor.numAllowedLocalASNumbers = 2
            mesh.peers = [tor]
            mesh.nodes[2].bgp.asNumber = try number(64777)
            mesh.pools[0].disableBGPExport = true
            mesh.pools.append(IPPool(name: "more", cidr: try Prefix(parsing: "10.250.0.0/20"), blockSize: 28))
            mesh.configuration = try configured()
            var passwords = Speaker.Passwords()
            passwords.mesh = Password("of the mesh")
            passwords.peers["tor"] = Password("of the router")
            let settings = LocalSettings(
                routerID: try IPAddress(parsing: "192.168.0.81"), log: "/var/log/martlet/bird.log", ecmp: false,
                bfd: true)
            return try of("node1", in: mesh, passwords, settings)
        },
    ]

    /// The seed's nodes and pool.
    static func threeNodes() throws -> Mesh {
        let nodes = try ["master", "node1", "node2"].enumerated().map { index, name in
            var bgp = Resources.Node.BGP()
            bgp.ipv4Address = try InterfaceAddress(parsing: "192.168.0.\(80 + index)/24")
            return Resources.Node(name: name, bgp: bgp)
        }
        return Mesh(
            nodes: nodes, pools: [IPPool(name: "default-ipv4-ippool", cidr: try Prefix(parsing: "10.244.0.0/16"))])
    }

    /// The master reflects the others' routes.
    private static func reflected() throws -> Mesh {
        var mesh = try threeNodes()
        mesh.nodes[0].bgp.routeReflectorClusterID = try IPAddress(parsing: "244.0.0.1")
        mesh.nodes[0].metadata.labels["reflector"] = "yes"
        mesh.configuration.nodeToNodeMeshEnabled = false
        mesh.peers = [BGPPeer(name: "to-reflectors", nodeSelector: "!has(reflector)", peerSelector: "has(reflector)")]
        return mesh
    }

    private static func configured() throws -> BGPConfiguration {
        let manifest = try JSON.parse(
            Array(
                """
                {"apiVersion": "projectcalico.org/v3", "kind": "BGPConfiguration", "metadata": {"name": "default"},
                 "spec": {"asNumber": 64600, "listenPort": 1179, "nodeMeshMaxRestartTime": "2m0s",
                          "ignoredInterfaces": ["docker0"],
                          "communities": [{"name": "racks", "value": "64600:42"}],
                          "prefixAdvertisements": [
                            {"cidr": "10.250.0.0/20", "communities": ["racks", "64600:1:42"]}]}}
                """.utf8))
        return try BGPConfiguration(Document(manifest))
    }

    private static func number(_ value: UInt32) throws -> ASNumber {
        guard let number = ASNumber(value) else { throw Failure("no AS number: \(value)") }
        return number
    }

    private static func of(
        _ name: String, in mesh: Mesh, _ passwords: Speaker.Passwords = Speaker.Passwords(),
        _ settings: LocalSettings? = nil
    ) throws -> Configuration {
        guard let speaker = Speaker(name, in: mesh, passwords: passwords) else { throw Failure("no node \(name)") }
        return Configuration(of: speaker, try settings ?? LocalSettings(routerID: IPAddress(parsing: "192.168.0.81")))
    }
}
