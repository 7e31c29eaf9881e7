import TestKit
import Testing

/// podman with `network_backend = "cni"`: address and MAC in CNI_ARGS, DEL by a process that outlives the command.
@Suite(.timeLimit(.minutes(2)))
struct PodmanTests {
    @Test func `a container gets an address and a wire, and gives both back when it is killed`() async throws {
        try await World.with(.podman, network()) { world in
            try await world.start("web", "--network", "pods")
            let address = try await world.leasedAddress()
            #expect(try await world.addresses(in: "web") == ["\(address)/32"])
            #expect(try await world.answers(address))
            let lease = try #require(try await world.leases().first)
            #expect(lease["pod_name"] == "web" && lease["container_id"].string?.count == 64)

            try await world.must("podman", "kill", "--signal", "KILL", "web")
            try await world.eventually("podman has cleaned up") { try await world.calls().count == 2 }
            #expect(try await world.traces() == .none)
            #expect(try await world.calls().map(\.exitCode) == [0, 0])
        }
    }

    @Test func `a container that is started again is wired again under its old ID`() async throws {
        try await World.with(.podman, network()) { world in
            try await world.start("web", "--network", "pods")
            for _ in 1...2 {
                try await world.must("podman", "restart", "--time", "0", "web")
                let address = try #require(try await world.addresses(in: "web").first)
                #expect(try await world.answers(String(address.prefix { $0 != "/" })))
                #expect(try await world.leases().count == 1)
            }
            try await world.must("podman", "rm", "--force", "--time", "0", "web")
            #expect(try await world.traces() == .none)
            let calls = try await world.calls()
            #expect(calls.map(\.verb) == ["ADD", "DEL", "ADD", "DEL", "ADD", "DEL"])
            #expect(Set(calls.map(\.container)).count == 1 && calls.allSatisfy { $0.exitCode == 0 })
        }
    }

    @Test func `the address and the MAC that a person asks for are given`() async throws {
        try await World.with(.podman, network()) { world in
            try await world.start(
                "web", "--network", "pods", "--ip", "10.244.7.9", "--mac-address", "02:11:22:33:44:55")
            #expect(try await world.addresses(in: "web") == ["10.244.7.9/32"])
            let link = try await world.must("podman", "exec", "web", "ip", "link", "show", "eth0")
            #expect(link.contains("link/ether 02:11:22:33:44:55"))
            #expect(try await world.answers("10.244.7.9"))
        }
    }

    @Test func `a container on two networks has two interfaces and one default route`() async throws {
        try await World.with(.podman, network()) { world in
            let second = network("storage", pool: "10.245.0.0/16").text
            try await world.must("tee", "/etc/cni/net.d/20-second.conflist", input: second)
            try await world.start("web", "--network", "pods", "--network", "storage")

            // Which network becomes eth0 is podman's choice, and another one each time.
            let leases = try await world.leases()
            #expect(Set(leases.compactMap { $0["network"].string }) == ["pods", "storage"])
            #expect(Set(leases.compactMap { $0["ifname"].string }) == ["eth0", "eth1"])
            for lease in leases {
                let (address, interface) = (lease["address"].string ?? "", lease["ifname"].string ?? "")
                #expect(try await world.addresses(in: "web", interface) == ["\(address)/32"])
                #expect(try await world.answers(address))
            }
            let routes = try await world.must("podman", "exec", "web", "ip", "route")
            let defaults = routes.split(separator: "\n").filter { $0.hasPrefix("default ") }
            #expect(defaults.count == 1, "\(routes)")

            try await world.must("podman", "rm", "--force", "--time", "0", "web")
            #expect(try await world.traces() == .none)
        }
    }
}

extension World {
    fileprivate func start(_ name: String, _ options: String...) async throws {
        _ = try await must(
            ["podman", "run", "--detach", "--name", name, "--cgroup-parent", group] + options + [World.image])
    }

    /// IPv4 addresses of an interface, as a program in the container sees them.
    fileprivate func addresses(in name: String, _ interface: String = "eth0") async throws -> [String] {
        ipv4Addresses(in: try await must("podman", "exec", name, "ip", "-o", "-4", "addr", "show", interface))
    }
}
