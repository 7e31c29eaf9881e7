import TestKit
import Testing

/// What the agents of a cluster measure.
@Suite struct MetricsTests {
    @Test("each node counts its sessions by state, its routes, its blocks and its pods, and is ready")
    func mesh() async throws {
        try await Lab.with("--registry", "sqlite") { lab in
            _ = try await lab.start("pod1", on: "node1")
            let wanted = [
                #"martlet_bgp_sessions{type="mesh",family="ipv4",state="established"} 2"#,
                // Each of the others has one block; this node's is told to both.
                #"martlet_bgp_imported_routes{type="mesh",family="ipv4"} 2"#,
                #"martlet_bgp_exported_routes{type="mesh",family="ipv4"} 2"#,
                #"martlet_pool_claimed_blocks{pool="default-ipv4-ippool",family="ipv4"} 3"#,
                #"martlet_blocks{pool="default-ipv4-ippool",family="ipv4"} 1"#,
                #"martlet_leases{pool="default-ipv4-ippool",family="ipv4"} 1"#,
                #"martlet_cni_operation_duration_seconds_count{operation="ADD"} 1"#, "martlet_cluster_nodes 3",
            ]
            var missing = wanted
            var page = ""
            let isThere = try await eventually(within: .seconds(20)) {
                page = try await lab.ask("node1", "/metrics")
                let lines = Set(page.split(separator: "\n").map(String.init))
                missing = wanted.filter { !lines.contains($0) }
                return missing.isEmpty
            }
            #expect(isThere, "missing: \(missing) in \(page)")
            #expect(try await lab.ask("node1", "/readyz") == "ok")
        }
    }
}
