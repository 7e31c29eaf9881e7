import Addressing
import BIRD
import Resources
import TestKit
import Testing

/// Real BIRDs with the configurations that are written for them.
@Suite struct MeshTests {
    @Test("three nodes are each other's peers in both families, and one side of each pair dials")
    func established() async throws {
        let lab = try await Lab.make(3)
        let mesh = try lab.mesh()
        let birds = try await start(lab, mesh)
        for node in lab.nodes {
            let sessions = try node.sessions()
            #expect(sessions.count == 4)
            #expect(Set(sessions.compactMap(\.neighbourAddress)).count == 4)
        }
        withExtendedLifetime(birds) {}
    }

    @Test("a blackhole route is known in every kernel and gone with it; nothing else is told")
    func announced() async throws {
        let lab = try await Lab.make(3)
        let birds = try await start(lab, try lab.mesh())
        let (first, second) = (lab.nodes[0], lab.nodes[1])
        try await first.namespace.ip(
            "route add blackhole 10.244.42.64/26 proto 80",
            "route add blackhole fd00:10:244::40/122 proto 80 metric 16",
            // No blocks of a pool: too large, too small, of nobody's pool, not this protocol's.
            "route add blackhole 10.244.64.0/18 proto 80", "route add blackhole 10.244.42.65/32 proto 80",
            "route add blackhole 10.99.0.0/26 proto 80", "route add blackhole 10.244.43.0/26 proto 81")
        for node in lab.nodes.dropFirst() {
            #expect(
                try await eventually {
                    try await node.routes("-4") == ["10.244.42.64/26 via 192.168.0.80 dev ens33 proto bird metric 32"]
                })
            #expect(
                try await eventually {
                    try await node.routes("-6").contains { $0.hasPrefix("fd00:10:244::40/122 via fd00:192::80 ") }
                })
        }
        try await first.namespace.ip("route del blackhole 10.244.42.64/26")
        #expect(try await eventually { try await second.routes("-4").isEmpty })
        withExtendedLifetime(birds) {}
    }

    @Test("a node keeps its own block though another announces it, too")
    func ownBlockWins() async throws {
        let lab = try await Lab.make(2)
        let birds = try await start(lab, try lab.mesh())
        for node in lab.nodes { try await node.namespace.ip("route add blackhole 10.244.7.0/26 proto 80") }
        try await Task.sleep(for: .milliseconds(500))
        for node in lab.nodes { #expect(try await node.routes("-4").isEmpty) }
        withExtendedLifetime(birds) {}
    }

    @Test("a node that joins disturbs no session")
    func joining() async throws {
        let lab = try await Lab.make(3)
        let whole = try lab.mesh()
        var pair = whole
        pair.nodes.removeLast()
        let early = try await [lab.nodes[0].start(pair), lab.nodes[1].start(pair)]
        try await expectEstablished(Array(lab.nodes.prefix(2)), each: 2)
        let before = try lab.nodes[0].sessions()
        let late = try await lab.nodes[2].start(whole)
        for node in lab.nodes.prefix(2) {
            try node.write(node.configuration(whole))
            let code = try node.configure().code
            #expect([3, 4].contains(code))
        }
        try await expectEstablished(lab.nodes, each: 4)
        let after = try lab.nodes[0].sessions()
        for session in before {
            #expect(after.first { $0.name == session.name }?.since == session.since)
        }
        withExtendedLifetime((early, late)) {}
    }

    @Test("AS numbers of their own, and a secret on both sides")
    func externalAndSecret() async throws {
        let lab = try await Lab.make(2)
        let birds = try await start(lab, try lab.mesh(asNumbers: [1: 64777]), password: "one secret")
        withExtendedLifetime(birds) {}
    }

    @Test("a secret on one side only: no session, and BIRD still answers")
    func oneSidedSecret() async throws {
        let lab = try await Lab.make(2)
        let mesh = try lab.mesh()
        let birds = try await [lab.nodes[0].start(mesh, password: "one secret"), lab.nodes[1].start(mesh)]
        try await Task.sleep(for: .seconds(4))
        for node in lab.nodes {
            #expect(try node.sessions().allSatisfy { !$0.isEstablished })
        }
        withExtendedLifetime(birds) {}
    }

    @Test("what BIRD refuses is told with its reason, and what ran goes on")
    func refused() async throws {
        let lab = try await Lab.make(2)
        let birds = try await start(lab, try lab.mesh())
        try writeFile("\(lab.nodes[0].folder.path)/bird.conf", "router id nonsense;\n")
        #expect {
            _ = try lab.nodes[0].configure()
        } throws: { error in
            guard case BIRDError.refused("configure", let reason) = error else { return false }
            return reason.contains("bird.conf:1:")
        }
        try await expectEstablished(lab.nodes, each: 2)
        withExtendedLifetime(birds) {}
    }

    private func start(_ lab: Lab, _ mesh: Mesh, password: String? = nil) async throws -> [Background] {
        var birds: [Background] = []
        for node in lab.nodes { birds.append(try await node.start(mesh, password: password)) }
        try await expectEstablished(lab.nodes, each: (lab.nodes.count - 1) * 2)
        return birds
    }

    private func expectEstablished(_ nodes: [LabNode], each count: Int) async throws {
        for node in nodes {
            #expect(
                try await eventually(within: .seconds(20)) {
                    try node.sessions().filter(\.isEstablished).count == count
                }, "\(node.name) has no \(count) sessions")
        }
    }
}

extension LabNode {
    /// The routes that BIRD has put into the kernel's main table.
    func routes(_ family: String) async throws -> [String] {
        try await namespace.must("/sbin/ip", family, "route", "show", "proto", "bird")
            .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) + " proto bird" }
            .map { $0.replacing(" metric 32 proto bird", with: " proto bird metric 32") }
    }
}
