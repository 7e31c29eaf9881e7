import TestKit
import Testing

/// Route reflectors instead of the full mesh, and nodes with AS numbers of their own.
@Suite struct ReflectorTests {
    @Test("two clients of a reflector learn each other's blocks by it, and packets go straight to their nodes")
    func reflector() async throws {
        try await Lab.with { lab in
            try await lab(
                "configure", "master",
                #".route_reflector_cluster_id = "224.0.0.1" | .labels = {"route-reflector": "true"}"#)
            try await lab.apply(
                """
                apiVersion: projectcalico.org/v3
                kind: BGPConfiguration
                metadata: {name: default}
                spec: {nodeToNodeMeshEnabled: false}
                ---
                apiVersion: projectcalico.org/v3
                kind: BGPPeer
                metadata: {name: reflectors}
                spec: {nodeSelector: all(), peerSelector: route-reflector == 'true'}
                """)
            let stand = try await eventually(within: .seconds(30)) {
                let sessions = try await lab.sessions("node1")
                return Array(sessions.keys) == ["Node_192_168_0_80"]
                    && sessions.values.allSatisfy { $0.info == "Established" }
            }
            #expect(stand)
            let status = try await lab.on("node1", "martletctl", "node", "status")
            #expect(status.contains("| 192.168.0.80 | node specific | up "))

            _ = try await lab.start("pod1", on: "node1")
            let address = try await lab.start("pod2", on: "node2")[0]
            #expect(try await eventually(within: .seconds(30)) { try await lab.pings("pod1", address) })
            #expect(try await lab.on("pod1", "ping", "-c", "1", address).contains("ttl=62"))
            let block = try await lab.blocks()["node2"] ?? ""
            #expect(
                try await lab.lines("node1", "ip", "route")
                    .contains("\(block) via 192.168.0.82 dev ens33 proto bird metric 32"))
            let route = try await lab.on("node1", "birdc", "show", "route", block, "all")
            #expect(route.contains("from 192.168.0.80"))
            #expect(route.contains("BGP.cluster_list: 224.0.0.1"))
        }
    }

    @Test("nodes with AS numbers of their own exchange blocks by external BGP")
    func ownNumbers() async throws {
        try await Lab.with { lab in
            for (index, node) in Lab.nodes.enumerated() {
                try await lab("configure", node, ".as_number = \(64_600 + index)")
            }
            _ = try await lab.start("pod1", on: "node1")
            let address = try await lab.start("pod2", on: "node2")[0]
            let isExternal = try await eventually(within: .seconds(30)) {
                try await lab.on("node1", "birdc", "show", "route", "all").contains("BGP.as_path: 64602")
            }
            #expect(isExternal)
            #expect(try await eventually(within: .seconds(30)) { try await lab.areEstablished() })
            #expect(try await eventually { try await lab.pings("pod1", address) })
            let nodes = try await lab.lines("master", "martletctl", "get", "node", "-o", "wide").map(\.words)
            #expect(nodes.dropFirst().map { $0[1] } == ["64600", "64601", "64602"])
        }
    }
}
