import TestKit
import Testing

@Suite("A pool with natOutgoing")
struct MasqueradeTests {
    private func configuration(_ node: Node, nat: Bool) -> Value {
        node.configuration().setting(
            "ipam.pools",
            [
                ["name": "pool", "cidr": "10.244.0.0/16", "natOutgoing": .bool(nat)],
                ["name": "plain", "cidr": "10.250.0.0/16"],
            ])
    }

    @Test("reaches an outside that knows no way back, and one without does not")
    func outside() async throws {
        try await withNode([.outside, .defaultRoute]) { node in
            let (plain, natted) = (try await node.pod(), try await node.pod())
            try await node.add(plain, configuration: configuration(node, nat: false))
            #expect(try await !plain.namespace.pings("192.0.2.1"))
            try await node.add(natted, configuration: configuration(node, nat: true))
            #expect(try await natted.namespace.pings("192.0.2.1"))
        }
    }

    @Test("of IPv6 does, too")
    func ipv6() async throws {
        try await withNode([.outside, .defaultRoute, .ipv6]) { node in
            let pools: Value = [
                ["name": "four", "cidr": "10.244.0.0/16", "natOutgoing": true],
                ["name": "six", "cidr": "fd00:10:244::/64", "natOutgoing": true],
            ]
            let pod = try await node.pod()
            try await node.add(pod, configuration: node.dualStackConfiguration().setting("ipam.pools", pools))
            #expect(try await pod.namespace.pings("192.0.2.1"))
            #expect(try await eventually { try await pod.namespace.pings("2001:db8::1") })
        }
    }

    @Test("keeps pods' own addresses between pods, also towards a pool without it")
    func betweenPods() async throws {
        try await withNode([.defaultRoute]) { node in
            let (one, two, three) = (try await node.pod(), try await node.pod(), try await node.pod())
            let source = try await node.add(one, configuration: configuration(node, nat: true)).resultAddress()
            let near = try await node.add(two, configuration: configuration(node, nat: true)).resultAddress()
            let plain = configuration(node, nat: true).setting("ipam.ipv4_pools", ["plain"])
            let far = try await node.add(three, configuration: plain).resultAddress()
            for (pod, address) in [(two, near), (three, far)] {
                let server = try await pod.namespace.start(
                    "/usr/bin/socat", "TCP-LISTEN:80,reuseaddr,fork", "SYSTEM:echo $SOCAT_PEERADDR")
                #expect(try await eventually { try await one.namespace.fetch(address, 80) == source })
                server.end()
            }
        }
    }

    @Test(
        "keeps them towards a pool that another network brings later, of Martlet's or of another plugin's pods",
        arguments: [nil, "ptp"])
    func laterPool(plugin: String?) async throws {
        try await withNode([.defaultRoute]) { node in
            let (one, two) = (try await node.pod(), try await node.pod())
            let source = try await node.add(one, configuration: configuration(node, nat: true)).resultAddress()
            var later = node.configuration(name: "later").setting(
                "ipam.pools", [["name": "later", "cidr": "10.240.0.0/24"]])
            if let plugin {
                later = later.merging(["type": .string(plugin)]).setting("ipam.routes", [["dst": "0.0.0.0/0"]])
            }
            let outcome = try await node.cni(.add, two, plugin: plugin, configuration: later)
            let address = try outcome.result().resultAddress()
            let server = try await two.namespace.start(
                "/usr/bin/socat", "TCP-LISTEN:80,reuseaddr,fork", "SYSTEM:echo $SOCAT_PEERADDR")
            #expect(try await eventually { try await one.namespace.fetch(address, 80) == source })
            server.end()
        }
    }

    @Test("has its table looked at by no ADD of another pool that brings nothing new")
    func warm() async throws {
        try await withNode([.defaultRoute]) { node in
            try await node.add(try await node.pod(), configuration: configuration(node, nat: true))
            let plain = configuration(node, nat: true).setting("ipam.ipv4_pools", ["plain"])
            try await node.add(try await node.pod(), configuration: plain)
            try await node.namespace.must("/usr/sbin/nft", "flush", "ruleset")
            try await node.add(try await node.pod(), configuration: plain)
            try await expectEqual(node.namespace.must("/usr/sbin/nft", "list", "chains"), "")
        }
    }

    @Test("has its table put back by the next ADD when somebody has flushed it")
    func healing() async throws {
        try await withNode([.outside, .defaultRoute]) { node in
            let (one, two) = (try await node.pod(), try await node.pod())
            try await node.add(one, configuration: configuration(node, nat: true))
            try await node.namespace.must("/usr/sbin/nft", "flush", "ruleset")
            try await node.add(two, configuration: configuration(node, nat: true))
            #expect(try await one.namespace.pings("192.0.2.1"))
            #expect(try await two.namespace.pings("192.0.2.1"))
        }
    }

    @Test("guards IPv6 sources as well, for pods whose addresses come from elsewhere; not on a kernel without IPv6")
    func guarding() async throws {
        try await withNode([.smallDisk, .outside, .defaultRoute]) { node in
            try await node.add(try await node.pod(), configuration: configuration(node, nat: true))
            let with = try await node.namespace.must("/usr/sbin/nft", "list", "table", "inet", "martlet")
            #expect(with.contains("masquerade") && with.contains("ip6 saddr"))
            // Only programs on this node see settings as they would be without IPv6.
            try await node.namespace.must("/bin/mount", "-t", "tmpfs", "settings", "/proc/sys/net")
            try await node.namespace.must("/bin/mkdir", "/proc/sys/net/ipv4")
            try await node.namespace.must("/usr/bin/touch", "/proc/sys/net/ipv4/ip_forward")
            let pod = try await node.pod()
            try await node.add(pod, configuration: configuration(node, nat: true))
            let without = try await node.namespace.must("/usr/sbin/nft", "list", "table", "inet", "martlet")
            #expect(without.contains("masquerade") && !without.contains("ip6 saddr"))
            #expect(try await pod.namespace.pings("192.0.2.1"))
        }
    }

    @Test("leaves other tables alone")
    func otherTables() async throws {
        try await withNode { node in
            try await node.namespace.must("/usr/sbin/nft", "add", "table", "inet", "mine")
            try await node.add(try await node.pod(), configuration: configuration(node, nat: true))
            let tables = try await node.namespace.must("/usr/sbin/nft", "list", "tables")
            #expect(tables.contains("table inet mine") && tables.contains("table inet martlet"))
        }
    }

    @Test("makes no table where no pool asks for it")
    func notAsked() async throws {
        try await withNode { node in
            try await node.add(try await node.pod(), configuration: configuration(node, nat: false))
            try await expectEqual(node.namespace.must("/usr/sbin/nft", "list", "tables"), "")
        }
    }

    @Test("on a host without nft is an error that names it, and leaves nothing")
    func withoutProgram() async throws {
        try await withNode([.smallDisk]) { node in
            // Only programs on this node see that nft is not there.
            try await node.namespace.must("/bin/mount", "--bind", "/dev/null", "/usr/sbin/nft")
            let pod = try await node.pod()
            let outcome = try await node.cni(.add, pod, configuration: configuration(node, nat: true))
            #expect(try outcome.error().whole.contains("nft"))
            #expect(try await node.ledger.leases().isEmpty)
            try await expectEqual(pod.namespace.links().map(\.name), ["lo"])
            try await expectEqual(node.namespace.links().map(\.name).sorted(), ["lo", "up0", "up1"])
        }
    }
}
