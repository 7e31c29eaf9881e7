import TestKit
import Testing

/// What is no longer as it was at ADD when a kubelet removes a pod: a DEL that fails makes a pod that cannot be deleted.
@Suite(.timeLimit(.minutes(2)))
struct CRIAccidentTests {
    @Test func `a pod is removed although the network has another name by then`() async throws {
        try await World.with(.containerd, network()) { world in
            let id = try await world.start(PodSandbox(name: "web-0"))
            try await world.change(to: network("other", pool: "10.245.0.0/16"), seenBy: "other-ippool")
            let second = try await world.start(PodSandbox(name: "web-1"))
            #expect(try await world.addresses(of: second)[0].hasPrefix("10.245."))
            try await world.stop(id)
            try await world.remove(id)
            #expect(try await world.leases().compactMap { $0["container_id"].string } == [second])
            #expect(try await world.wiring().filter { $0.hasPrefix("cali") }.count == 1)
        }
    }

    @Test func `a pod is removed although somebody mistyped a setting by then`() async throws {
        try await World.with(.containerd, network()) { world in
            let id = try await world.start(PodSandbox(name: "web-0"))
            try await world.change(to: network(ipam: ["node_range": "10.244.0.1/24"]), seenBy: "node_range")
            try await world.stop(id)
            try await world.remove(id)
            #expect(try await world.traces() == .none)
        }
    }

    @Test func `a pod is removed although the ledger is no database by then`() async throws {
        try await World.with(.containerd, network()) { world in
            let id = try await world.start(PodSandbox(name: "web-0"))
            try await world.must("sh", "-c", "rm \(World.ledger)-wal && head -c 8192 /dev/urandom > \(World.ledger)")
            try await world.stop(id)
            try await world.remove(id)
            #expect(try await world.wiring() == [])
            #expect(try await world.calls().map(\.exitCode) == [0, 0, 0])
            #expect(try await world.must("cat", "/run/martlet.log").contains("ledger"))
        }
    }

    @Test func `a pod is removed although the ledger is gone by then`() async throws {
        try await World.with(.containerd, network()) { world in
            let id = try await world.start(PodSandbox(name: "web-0"))
            try await world.must("rm", "-r", "/var/lib/martlet")
            try await world.stop(id)
            try await world.remove(id)
            #expect(try await world.wiring() == [])
            #expect(try await !world.run("ls", "/var/lib/martlet").succeeded, "DEL makes no ledger")
        }
    }
}

extension World {
    /// Puts another configuration in the old one's place and waits until containerd has read it.
    fileprivate func change(to network: Value, seenBy word: String) async throws {
        try await must("tee", "/etc/cni/net.d/10-test.conflist", input: network.text)
        try await eventually("containerd has read the changed configuration") {
            try await must("cri", "Status", input: "verbose: true").contains(word)
        }
    }
}
