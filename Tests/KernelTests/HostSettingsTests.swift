import TestKit
import Testing

@Suite("What an ADD sets in the kernel")
struct HostSettingsTests {
    @Test("is each of Calico's switches on the host end, but no way to the host's loopback and no foreign source")
    func hostEnd() async throws {
        try await withNode { node in
            let host = try await node.add(try await node.pod()).resultHostLink()
            let expected = [
                "ipv4/conf/\(host)/route_localnet": "0", "ipv4/neigh/\(host)/proxy_delay": "0",
                "ipv4/conf/\(host)/proxy_arp": "1", "ipv4/conf/\(host)/forwarding": "1",
                "ipv4/conf/\(host)/rp_filter": "1", "ipv6/conf/\(host)/accept_ra": "0",
            ]
            for (name, value) in expected {
                try await expectEqual(node.namespace.sysctl("net/\(name)"), value, "\(name)")
            }
        }
    }

    @Test(
        "is no forwarding inside the pod, unless container_settings.allow_ip_forwarding says so",
        arguments: [false, true])
    func podForwarding(isAllowed: Bool) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            // Some runtimes hand over namespaces with forwarding on; what is written counts, not what was there.
            try await pod.namespace.setSysctl("net/ipv4/ip_forward", isAllowed ? "0" : "1")
            let settings: Value = ["allow_ip_forwarding": .bool(isAllowed)]
            try await node.add(pod, configuration: node.configuration(["container_settings": settings]))
            try await expectEqual(pod.namespace.sysctl("net/ipv4/ip_forward"), (isAllowed ? "1" : "0"))
        }
    }

    @Test("is the host's forwarding with ip_forward auto, which is the default")
    func forwardingAuto() async throws {
        for change: Value in [[:], ["ip_forward": "auto"]] {
            try await withNode { node in
                try await expectEqual(node.namespace.sysctl("net/ipv4/ip_forward"), "0")
                try await node.add(try await node.pod(), configuration: node.configuration(change))
                try await expectEqual(node.namespace.sysctl("net/ipv4/ip_forward"), "1")
            }
        }
    }

    @Test("is not the host's forwarding with ip_forward leave")
    func forwardingLeft() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod, configuration: node.configuration(["ip_forward": "leave"]))
            try await expectEqual(node.namespace.sysctl("net/ipv4/ip_forward"), "0")
        }
    }

    @Test("is forwarding again at the first ADD after a boot")
    func forwardingAfterBoot() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            try await node.ledger.pretendReboot()
            try await node.namespace.setSysctl("net/ipv4/ip_forward", "0")
            try await node.add(try await node.pod())
            try await expectEqual(node.namespace.sysctl("net/ipv4/ip_forward"), "1")
        }
    }

    @Test("is the blackhole again when somebody has flushed it")
    func blackholeHeals() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            try await node.namespace.ip("route flush proto 80")
            try await expectEqual(node.namespace.blackholes(), [])
            try await node.add(try await node.pod())
            try await expectEqual(node.namespace.blackholes(), ["10.244.0.0/26"])
        }
    }

    @Test("is a blackhole of another protocol number when the configuration gives one")
    func routeProtocol() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod, configuration: node.configuration(["route_protocol": 99]))
            try await expectEqual(node.namespace.blackholes(proto: 99), ["10.244.0.0/26"])
            try await expectEqual(node.namespace.blackholes(proto: 80), [])
        }
    }
}
