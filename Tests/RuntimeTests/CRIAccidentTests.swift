import TestKit
import Testing

/// What is no longer as it was at ADD when a kubelet removes a pod: a DEL that fails makes a pod that cannot be deleted.
@Suite(.timeLimit(.minutes(2)))
struct CRIAccidentTests {
    @Test func `a pod is removed although the network has another name by then`() async throws {
        try await World.with(.containerd, network()) { world in
            let id = try await world.start(PodSandbox(name: "web-0"))
            let renamed = network("other", pool: "10.245.0.0/16").text
            try await world.must("tee", "/etc/cni/net.d/10-test.conflist", input: renamed)
            let second = try await world.startInReloadedNetwork(PodSandbox(name: "web-1"), prefix: "10.245.")
            try await world.stop(id)
            try await world.remove(id)
            #expect(try await world.leases().compactMap { $0["container_id"].string } == [second])
            #expect(try await world.wiring().filter { $0.contains(": cali") }.count == 1)
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
    /// Starts pods until one has an address of the changed configuration, which containerd reads within a second.
    fileprivate func startInReloadedNetwork(_ pod: PodSandbox, prefix: String) async throws -> String {
        var started = ""
        try await eventually("containerd has read the changed configuration") {
            started = try await start(pod)
            if try await addresses(of: started)[0].hasPrefix(prefix) { return true }
            try await stop(started)
            try await remove(started)
            return false
        }
        return started
    }
}
