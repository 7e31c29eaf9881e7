import Foundation
import TestKit
import Testing

/// `martletctl node status` beside real BIRDs.
@Suite struct NodeStatusTests {
    @Test("prints the tables that operators know")
    func tables() async throws {
        let lab = try await Lab.make(3)
        let mesh = try lab.mesh()
        var birds: [Background] = []
        for node in lab.nodes { birds.append(try await node.start(mesh)) }
        let node = lab.nodes[1]
        #expect(try await eventually(within: .seconds(20)) { try node.sessions().filter(\.isEstablished).count == 4 })

        let text = try await node.status().text
        #expect(text.hasPrefix("BIRD 2."))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().map {
            String($0.replacing(/\d\d:\d\d:\d\d/, with: "13:17:26"))
        }
        let border = "+--------------+-------------------+-------+----------+-------------+"
        #expect(
            lines == [
                "", "IPv4 BGP status", border,
                "| PEER ADDRESS |     PEER TYPE     | STATE |  SINCE   |    INFO     |", border,
                "| 192.168.0.80 | node-to-node mesh | up    | 13:17:26 | Established |",
                "| 192.168.0.82 | node-to-node mesh | up    | 13:17:26 | Established |", border,
                "", "IPv6 BGP status", border,
                "| PEER ADDRESS |     PEER TYPE     | STATE |  SINCE   |    INFO     |", border,
                "| fd00:192::80 | node-to-node mesh | up    | 13:17:26 | Established |",
                "| fd00:192::82 | node-to-node mesh | up    | 13:17:26 | Established |", border, "",
            ])
        let json = try Value(parsing: try await node.status("-o", "json").output)
        #expect(try Schema("node-status").mistakes(in: json) == [])
        #expect(
            try await node.status("-o", "name").text == "192.168.0.80\n192.168.0.82\nfd00:192::80\nfd00:192::82\n")
        withExtendedLifetime(birds) {}
    }

    @Test("says of a peer that is not there what BIRD knows, to programs too")
    func absentPeer() async throws {
        let lab = try await Lab.make(2)
        var mesh = try lab.mesh()
        for index in mesh.nodes.indices { mesh.nodes[index].bgp.ipv6Address = nil }
        let node = lab.nodes[1]
        let bird = try await node.start(mesh)
        let text = try await node.status().text
        #expect(text.contains("| 192.168.0.80 | node-to-node mesh | start | "))
        #expect(text.hasSuffix("IPv6 BGP status\nNo IPv6 peers found.\n"))

        let json = try Value(parsing: try await node.status("-o", "json").output)
        #expect(try Schema("node-status").mistakes(in: json) == [])
        let object = try JSONSerialization.jsonObject(with: Data(try await node.status("-o", "json").output))
        let peers = try #require((object as? [String: Any])?["peers"] as? [[String: Any]])
        #expect(peers.count == 1)
        #expect(peers[0]["name"] as? String == "Mesh_192_168_0_80" && peers[0]["state"] as? String == "start")
        #expect(["Active", "Connect", "Passive", "Idle"].contains(peers[0]["bgpState"] as? String))
        withExtendedLifetime(bird) {}
    }

    @Test("cannot look where no BIRD answers, and says where it looked")
    func noBIRD() async throws {
        let lab = try await Lab.make(1)
        let completion = try await lab.nodes[0].status()
        #expect(completion.status == .exited(2))
        #expect(completion.errorText.hasPrefix("Error: BIRD does not answer on \(lab.nodes[0].socket): No such file"))
    }
}

extension LabNode {
    fileprivate func status(_ arguments: String...) async throws -> Completion {
        try await namespace.run([Programs.operatorsTool, "node", "status", "--bird-socket", socket] + arguments)
    }
}
