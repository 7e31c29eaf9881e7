import TestKit
import Testing

@Suite("IPv6 and both families")
struct DualStackTests {
    private static let hostLinkLocal = "fe80::ecee:eeff:feee:eeee"

    @Test("give one address of each, full length, and a default route of each")
    func result() async throws {
        try await withNode { node in
            let result = try await node.add(try await node.pod(), configuration: node.dualStackConfiguration())
            let (four, six) = (try result.resultAddress(), try result.resultAddress(ipv6: true))
            #expect(result.resultAddresses == ["\(four)/32", "\(six)/128"])
            #expect(six.hasPrefix("fd00:10:244:"))
            #expect(result["ips"].elements.allSatisfy { $0["interface"] == 1 && $0["gateway"] == .null })
            #expect(
                Set(result["routes"].elements) == [
                    ["dst": "0.0.0.0/0", "gw": "169.254.1.1"],
                    ["dst": "::/0", "gw": .string(DualStackTests.hostLinkLocal)],
                ])
        }
    }

    @Test("are wired on the host: /128 route, blackhole of the /122 that beats metric 32, neighbour")
    func host() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: node.dualStackConfiguration())
            let six = try result.resultAddress(ipv6: true)
            let host = try result.resultHostLink()
            let route = try await node.namespace.routes(to: "\(six)/128")
            #expect(route.map(\.device) == [host])
            let blackholes = try await node.namespace.routes().filter { $0.kind == .blackhole && $0.proto == 80 }
            #expect(Set(blackholes.map(\.destination)) == ["10.244.0.0/26", "fd00:10:244::/122"])
            #expect(blackholes.allSatisfy { $0.metric < 32 })
            let neighbour = try await node.namespace.neighbours().first { $0.address == six }
            try await expectEqual(neighbour?.mac, pod.namespace.link("eth0")?.mac)
            #expect(neighbour?.isExternallyLearned == true)
            // The kernel makes this one itself, a moment after the link is up. Nothing waits for it.
            let expected = ["\(DualStackTests.hostLinkLocal)/64"]
            #expect(
                try await eventually {
                    try await node.namespace.addresses(of: host).map(\.address) == expected
                })
        }
    }

    @Test("are wired in the pod without waiting for duplicate address detection")
    func pod() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: node.dualStackConfiguration())
            let six = try result.resultAddress(ipv6: true)
            let addresses = try await pod.namespace.addresses(of: "eth0")
            #expect(addresses.contains { $0.address == "\(six)/128" && !$0.isTentative })
            let fallback = try await pod.namespace.routes(to: "::/0")
            #expect(fallback.map(\.gateway) == [DualStackTests.hostLinkLocal])
            let gateway = try await pod.namespace.neighbours().first { $0.address == DualStackTests.hostLinkLocal }
            #expect(gateway?.mac == "ee:ee:ee:ee:ee:ee")
            #expect(gateway?.state == "PERMANENT")
        }
    }

    @Test("answer the very first packet, host to pod, pod to host and pod to pod")
    func firstPackets() async throws {
        try await withNode([.ipv6]) { node in
            let (one, two) = (try await node.pod(), try await node.pod())
            let configuration = node.dualStackConfiguration()
            let first = try await node.add(one, configuration: configuration).resultAddress(ipv6: true)
            #expect(try await node.namespace.pings(first))
            let second = try await node.add(two, configuration: configuration).resultAddress(ipv6: true)
            #expect(try await two.namespace.pings(first))
            #expect(try await one.namespace.pings(second))
            #expect(try await one.namespace.pings("2001:db8::10"))
        }
    }

    @Test("answer on every one of forty new nodes: the pod knows its own address when ADD answers", arguments: 1...40)
    func manyNodes(number: Int) async throws {
        try await withNode([.ipv6]) { node in
            let result = try await node.add(try await node.pod(), configuration: node.dualStackConfiguration())
            #expect(try await node.namespace.pings(result.resultAddress(ipv6: true)), "node \(number)")
        }
    }

    @Test("set the host end's IPv6 switches, forwarding of both families, and none in the pod")
    func sysctls() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let host = try await node.add(pod, configuration: node.dualStackConfiguration()).resultHostLink()
            for (name, value) in [
                ("accept_dad", "0"), ("disable_ipv6", "0"), ("proxy_ndp", "1"), ("forwarding", "1"), ("accept_ra", "0"),
            ] {
                try await expectEqual(node.namespace.sysctl("net/ipv6/conf/\(host)/\(name)"), value, "\(name)")
            }
            try await expectEqual(node.namespace.sysctl("net/ipv6/conf/all/forwarding"), "1")
            try await expectEqual(pod.namespace.sysctl("net/ipv6/conf/all/forwarding"), "0")
            try await expectEqual(pod.namespace.sysctl("net/ipv6/conf/eth0/accept_dad"), "0")
        }
    }

    @Test("work in a pod whose runtime has switched IPv6 off")
    func disabledInPod() async throws {
        try await withNode([.ipv6]) { node in
            let pod = try await node.pod()
            for name in ["all", "default", "lo"] {
                try await pod.namespace.setSysctl("net/ipv6/conf/\(name)/disable_ipv6", "1")
            }
            let result = try await node.add(pod, configuration: node.dualStackConfiguration())
            #expect(try await node.namespace.pings(result.resultAddress(ipv6: true)))
        }
    }

    @Test("work alone: IPv6 without IPv4")
    func ipv6Only() async throws {
        try await withNode([.ipv6]) { node in
            let configuration = node.dualStackConfiguration().setting("ipam.assign_ipv4", false)
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: configuration)
            #expect(result.resultAddresses.count == 1)
            #expect(try await node.namespace.pings(result.resultAddress(ipv6: true)))
            try await expectEqual(node.ledger.blocks().map(\.cidr), ["fd00:10:244::/122"])
            try await node.delete(pod, configuration: configuration)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("give IPv4 alone unless IPv6 is asked for, although there is a pool of it")
    func defaults() async throws {
        try await withNode { node in
            let configuration = node.dualStackConfiguration().setting("ipam.assign_ipv6", nil)
            let result = try await node.add(try await node.pod(), configuration: configuration)
            #expect(result.resultAddresses.count == 1)
            #expect(try result.resultAddress().hasPrefix("10.244."))
        }
    }

    @Test("are all or nothing: when one family has no address left, the other's is not kept")
    func allOrNothing() async throws {
        try await withNode { node in
            let pools: Value = [
                ["name": "four", "cidr": "10.244.0.0/16"],
                ["name": "six", "cidr": "fd00:10:244::/127", "blockSize": 127],
            ]
            let configuration = node.dualStackConfiguration().setting("ipam.pools", pools)
            for _ in 0..<2 { try await node.add(try await node.pod(), configuration: configuration) }
            let before = try await node.snapshot()
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
            #expect(error.whole.contains("six"))
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("leave nothing after DEL")
    func deletion() async throws {
        try await withNode { node in
            let configuration = node.dualStackConfiguration()
            let first = try await node.pod()
            try await node.add(first, configuration: configuration)
            try await node.delete(first, configuration: configuration)
            let before = try await node.snapshot()
            let pod = try await node.pod()
            try await node.add(pod, configuration: configuration)
            try await expectEqual(node.ledger.leases().count, 2)
            try await node.delete(pod, configuration: configuration)
            try await node.expectUnchanged(since: before)
        }
    }
}
