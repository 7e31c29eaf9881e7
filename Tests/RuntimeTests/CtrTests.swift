import TestKit
import Testing

/// `ctr run --cni`, containerd's own client: no CNI_ARGS, no CNI_NETNS at DEL, and container IDs that come again.
@Suite(.timeLimit(.minutes(2)))
struct CtrTests {
    @Test func `a container gets an address and a wire, and gives both back when it ends`() async throws {
        try await World.with(.containerd, network()) { world in
            async let foreground = world.ctrRun("c1", "--rm")
            try await world.isRunning("c1")

            let address = try await world.leasedAddress()
            #expect(try await world.addresses(in: "c1") == ["\(address)/32"])
            #expect(try await world.answers(address))
            #expect(try await world.leases().map { $0["container_id"] } == ["default-c1"])
            #expect(try await world.wiring().contains { $0.hasPrefix("\(address) dev cali") })

            try await world.must("ctr", "task", "kill", "--signal", "KILL", "c1")
            #expect(try await foreground.status == .exited(128 + 9))
            #expect(try await world.traces() == .none)
            let calls = try await world.calls()
            #expect(calls.map(\.verb) == ["ADD", "DEL"] && calls.allSatisfy { $0.exitCode == 0 })
            #expect(calls.last?.netns == "", "ctr is known to send DEL without a namespace")
        }
    }

    @Test func `a container ID that comes again in a new namespace without a DEL is wired anew`() async throws {
        try await World.with(.containerd, network()) { world in
            var addresses: Set<String> = []
            for _ in 1...2 {
                #expect(try await world.ctrRun("c1", "--detach").succeeded)
                let address = try await world.leasedAddress()
                #expect(try await world.addresses(in: "c1") == ["\(address)/32"])
                #expect(try await world.answers(address))
                addresses.insert(address)
                try await world.must("ctr", "task", "kill", "--signal", "KILL", "c1")
                try await world.eventually("the task has ended") {
                    try await world.run("ctr", "task", "rm", "c1").succeeded
                }
                try await world.must("ctr", "container", "rm", "c1")
            }
            #expect(addresses.count == 1)
            #expect(try await world.calls().map(\.verb) == ["ADD", "ADD"], "ctr does not detach what it leaves behind")
        }
    }
}

extension World {
    fileprivate func ctrRun(_ id: String, _ option: String) async throws -> Completion {
        try await run("ctr", "run", option, "--cni", "--cgroup", "\(group)/\(id)", World.image, id)
    }

    fileprivate func isRunning(_ id: String) async throws {
        try await eventually("\(id) is running") { try await must("ctr", "task", "ls").contains("RUNNING") }
    }

    /// IPv4 addresses of the container's eth0, as a program inside sees them.
    fileprivate func addresses(in id: String) async throws -> [String] {
        let look = ["ctr", "task", "exec", "--exec-id", "look", id, "ip", "-o", "-4", "addr", "show", "eth0"]
        return ipv4Addresses(in: try await must(look))
    }
}
