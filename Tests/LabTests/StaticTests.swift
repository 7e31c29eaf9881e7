import TestKit
import Testing

/// A cluster without a registry: each node knows what its file says.
@Suite struct StaticTests {
    @Test("three nodes need nothing but their files, and each claims within its own part")
    func threeFiles() async throws {
        try await Lab.with("--registry", "static") { lab in
            let first = try await lab.start("pod1", on: "node1")[0]
            let second = try await lab.start("pod2", on: "node2")[0]
            #expect(try await eventually { try await lab.pings("pod1", second) })
            #expect(first.hasPrefix("10.244.1.") && second.hasPrefix("10.244.2."))
            #expect(try await lab.areEstablished())
            #expect(try await lab.ask("node1", "/readyz") == "ok")
        }
    }

    @Test("when a node's part is full, a pod is told so, and nobody else's part is touched")
    func full() async throws {
        try await Lab.with("--registry", "static") { lab in
            let own = try await lab.blocks()["node1"] ?? ""
            try await lab.configure("node1", #".node_range = "\#(own)" | .low_water = 0"#)
            try await lab.must("for i in $(seq 64); do \(Lab.script) pod add node1 pod$i & done; wait")
            let refused = try await lab.run([Lab.script, "pod", "add", "node1", "pod65"])
            #expect(refused.status == .exited(1))
            #expect(refused.errorText.contains("no IPv4 address left"), "\(refused.errorText)")
            #expect(try await lab.blocks(of: "node1") == [own])
        }
    }
}
