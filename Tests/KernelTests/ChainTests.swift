import TestKit
import Testing

@Suite("In a chain with Debian's plugins")
struct ChainTests {
    /// ADD, CHECK, DEL, CHECK of the rest: what any chain has to do.
    private func run(
        _ chain: Chain, within limit: Duration = .zero, _ whileUp: (Pod, Value) async throws -> Void = { _, _ in }
    ) async throws {
        let warm = try await chain.node.pod()
        try await chain.delete(warm, result: try await chain.add(warm))
        let before = try await chain.node.snapshot()
        let pod = try await chain.node.pod()
        let result = try await chain.add(pod)
        #expect(try await eventually(within: limit) { try await chain.node.namespace.pings(result.resultAddress()) })
        try await expectEqual(chain.check(pod, result: result), nil)
        try await whileUp(pod, result)
        try await chain.delete(pod, result: result)
        let left = try await chain.node.snapshot().changes(since: before, ignoring: [.nftables])
        #expect(left == "")
    }

    @Test("portmap: the outside reaches the pod by the host's port")
    func portmap() async throws {
        try await withNode([.outside, .defaultRoute]) { node in
            let outside = try #require(node.outside)
            let mapping: Value = ["hostPort": 8080, "containerPort": 80, "protocol": "tcp"]
            let portmap: Value = [
                "type": "portmap", "snat": true, "capabilities": ["portMappings": true],
                "runtimeConfig": ["portMappings": [mapping]],
            ]
            let chain = Chain(on: node, [node.configuration(), portmap])
            // portmap 1.1.1 looks for ip6tables chains in CHECK of an IPv4 pod, so only ADD and DEL are run here.
            let pod = try await node.pod()
            let result = try await chain.add(pod)
            let server = try await pod.namespace.serve(80, text: "hello")
            try await expectEqual(outside.fetch("192.0.2.10", 8080), "hello")
            try await node.check(pod, result: result).result()
            server.end()
            try await chain.delete(pod, result: result)
            #expect(try await node.ledger.leases().isEmpty)
            try await expectEqual(outside.fetch("192.0.2.10", 8080), nil)
        }
    }

    @Test("bandwidth finds the host end, shapes it, and CHECK is content with the ifb it appends")
    func bandwidth() async throws {
        try await withNode { node in
            let bandwidth: Value = [
                "type": "bandwidth", "ingressRate": 8_000_000, "ingressBurst": 800_000, "egressRate": 8_000_000,
                "egressBurst": 800_000,
            ]
            try await run(Chain(on: node, [node.configuration(), bandwidth])) { _, result in
                let host = try result.resultHostLink()
                #expect(try await node.namespace.must("/sbin/tc", "qdisc", "show", "dev", host).contains("tbf"))
                #expect(result["interfaces"].elements.count == 3)
            }
        }
    }

    @Test("tuning may change the pod's MAC: the host's neighbour entry heals by itself, and CHECK is content")
    func tuning() async throws {
        // Without its neighbour entry the pod asks for 169.254.1.1, and the host answers only for what it can route.
        try await withNode([.defaultRoute]) { node in
            let tuning: Value = [
                "type": "tuning", "mac": "02:00:00:00:00:42", "sysctl": ["net.ipv4.conf.eth0.arp_filter": "1"],
            ]
            // The kernel believes a stale entry for five seconds, asks the old MAC three times, and then everybody.
            try await run(Chain(on: node, [node.configuration(), tuning]), within: .seconds(20)) { pod, result in
                let (address, link) = (try result.resultAddress(), try await pod.namespace.link("eth0"))
                #expect(result["interfaces"][1]["mac"] == "02:00:00:00:00:42")
                #expect(link?.mac == "02:00:00:00:00:42")
                #expect(try await node.namespace.pings(address))
            }
        }
    }

    @Test("firewall lets the pod out through a FORWARD chain whose policy is DROP, and nobody in")
    func firewall() async throws {
        try await withNode([.outside, .defaultRoute]) { node in
            let outside = try #require(node.outside)
            try await outside.ip("route add 10.244.0.0/16 via 192.0.2.10")
            let bare = try await node.pod()
            let reachable = try await node.add(bare).resultAddress()
            // Without a policy both ways are open: what is closed below, the policy closes.
            #expect(try await bare.namespace.pings("192.0.2.1"))
            #expect(try await outside.pings(reachable))
            try await node.namespace.must("/usr/sbin/iptables", "-P", "FORWARD", "DROP")
            #expect(try await !bare.namespace.pings("192.0.2.1"))
            let firewall: Value = ["type": "firewall", "backend": "iptables"]
            try await run(Chain(on: node, [node.configuration(), firewall])) { pod, result in
                let address = try result.resultAddress()
                #expect(try await pod.namespace.pings("192.0.2.1"))
                // The plugin accepts what the pod sends and the answers to it, no connection from elsewhere.
                #expect(try await !outside.pings(address))
            }
            #expect(try await !bare.namespace.pings("192.0.2.1"))
        }
    }

    @Test("loopback and firewall before, tuning and bandwidth after: all results are kept")
    func between() async throws {
        try await withNode { node in
            let chain = Chain(
                on: node,
                [
                    ["type": "loopback"], ["type": "firewall", "backend": "iptables"], node.configuration(),
                    ["type": "tuning", "sysctl": ["net.ipv4.conf.eth0.arp_filter": "1"]],
                    ["type": "bandwidth", "ingressRate": 8_000_000, "ingressBurst": 800_000],
                ])
            let pod = try await node.pod()
            let result = try await chain.add(pod)
            #expect(result["interfaces"][0]["name"] == "lo")
            let own = try #require(result["ips"].elements.first { $0["address"].string?.hasPrefix("10.244.") == true })
            let index = try #require(own["interface"].integer)
            #expect(result["interfaces"][index]["name"] == "eth0")
            #expect(result["interfaces"][index]["sandbox"] == .string(pod.path))
            let address = try #require(own["address"].string?.split(separator: "/").first.map(String.init))
            #expect(try await node.namespace.pings(address))
            try await chain.delete(pod, result: result)
            #expect(try await node.ledger.leases().isEmpty)
            try await expectEqual(pod.namespace.link("eth0"), nil)
        }
    }

    @Test("of version 0.3.1, whose DEL comes without prevResult")
    func oldVersion() async throws {
        try await withNode { node in
            let tuning: Value = ["type": "tuning", "sysctl": ["net.ipv4.conf.eth0.arp_filter": "1"]]
            let chain = Chain(on: node, version: "0.3.1", [node.configuration(), tuning])
            let pod = try await node.pod()
            let result = try await chain.add(pod)
            #expect(result["cniVersion"] == "0.3.1")
            #expect(result["ips"][0]["version"] == "4")
            try await chain.delete(pod, result: .null)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }
}
