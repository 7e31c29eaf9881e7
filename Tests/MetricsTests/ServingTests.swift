import TestKit
import Testing

private let pool = ["pool": "pool", "family": "ipv4"]

@Suite("What the agent measures")
struct ServingTests {
    @Test("pods that come and go are counted by the ledger and by the plugin's reports, with the time that they took")
    func pods() async throws {
        try await withNode { node in
            let monitored = try await MonitoredNode.start(on: node)
            var page = try await monitored.page {
                $0.value("martlet_blocks", pool) == 1 && $0.value("martlet_cluster_nodes") == 1
            }
            #expect(page.value("martlet_pool_addresses", pool) == 65536)
            #expect(page.value("martlet_pool_blocks", pool) == 8192)
            #expect(page.value("martlet_pool_claimed_blocks", pool) == 1)
            #expect(page.value("martlet_free_addresses", pool) == 8)
            #expect(page.value("martlet_registry_connected") == 1)
            #expect(page.value("martlet_cluster_nodes") == 1)
            #expect((page.value("process_resident_memory_bytes") ?? 0) > 1e6)

            let first = try await monitored.add()
            for _ in 0..<4 { _ = try await monitored.add() }
            try await monitored.delete(first)
            page = try await monitored.page {
                $0.value("martlet_cni_operations_total", ["operation": "DEL", "code": "0"]) == 1
                    && $0.value("martlet_cni_operations_total", ["operation": "ADD", "code": "0"]) == 5
            }
            #expect(page.value("martlet_cni_operation_duration_seconds_count", ["operation": "ADD"]) == 5)
            #expect(page.value("martlet_cni_operation_duration_seconds_count", ["operation": "DEL"]) == 1)
            let taken = try #require(page.value("martlet_cni_operation_duration_seconds_sum", ["operation": "ADD"]))
            #expect((0.001...60).contains(taken))
            #expect(page.value("martlet_leases", pool) == 4)
            #expect(page.value("martlet_freed_addresses", pool) == 1)
            #expect(page.value("martlet_resting_addresses", pool) == 1)
            #expect(page.value("martlet_leases_made_total") == 5)
            #expect(page.value("martlet_leases_ended_total") == 1)
        }
    }

    @Test("a pod that takes from the addresses at hand has the agent claim a block, with no other reason to look")
    func claims() async throws {
        try await withNode { node in
            let monitored = try await MonitoredNode.start(on: node)
            try await monitored.page { $0.value("martlet_blocks", pool) == 1 }
            _ = try await monitored.add()
            let page = try await monitored.page { $0.value("martlet_blocks", pool) == 2 }
            #expect(page.value("martlet_free_addresses", pool) == 15)
        }
    }

    @Test("an operation that fails is counted by its code, and its time is not among those of success")
    func failures() async throws {
        try await withNode { node in
            let monitored = try await MonitoredNode.start(on: node)
            try await monitored.page { $0.value("martlet_blocks", pool) == 1 }
            let pod = try await monitored.add()
            let outcome = try await node.cni(
                .add, pod, configuration: node.configuration(["ipam": ["type": "martlet-ipam"]]))
            let code = try outcome.error().code
            let page = try await monitored.page {
                $0.value("martlet_cni_operations_total", ["operation": "ADD", "code": "\(code)"]) == 1
            }
            #expect(page.value("martlet_cni_operation_duration_seconds_count", ["operation": "ADD"]) == 1)
        }
    }

    @Test("what the agent puts right is counted by its code")
    func repairs() async throws {
        try await withNode { node in
            let monitored = try await MonitoredNode.start(on: node)
            try await monitored.page { $0.value("martlet_blocks", pool) == 1 }
            let code = ["code": "blackhole-missing"]
            let before = try await monitored.page().value("martlet_repairs_total", code) ?? -1
            try await node.namespace.must("/sbin/ip", "route", "flush", "type", "blackhole")
            let page = try await monitored.page { $0.value("martlet_repairs_total", code) == before + 1 }
            #expect(page.value("martlet_audit_findings", code) == 0)
            #expect((page.value("martlet_audit_last_look_timestamp_seconds") ?? 0) > 1_700_000_000)
        }
    }

    @Test("what pods do not wait for is told of BIRD: its sessions by kind of peer and state")
    func sessions() async throws {
        try await withNode { node in
            let monitored = try await MonitoredNode.start(on: node)
            let page = try await monitored.page { $0.value("martlet_alarm", ["alarm": "bird"]) == 1 }
            #expect(page.value("martlet_bird_up") == 0)
            let bird = try await monitored.startBIRD()
            let known = try await monitored.page { $0.value("martlet_bird_up") == 1 }
            let peer = ["type": "global", "family": "ipv4"]
            #expect(known.value("martlet_bgp_sessions", peer.merging(["state": "established"]) { $1 }) == 0)
            let states = known.families["martlet_bgp_sessions"]?.values.values.reduce(0, +)
            #expect(states == 1)
            bird.end()
        }
    }
}
