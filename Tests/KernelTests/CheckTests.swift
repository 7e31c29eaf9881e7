import TestKit
import Testing

/// Something that happened to a wired pod, and a word that CHECK's error has to hold.
struct Tampering: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What the error must name, given the ADD's result.
    let names: @Sendable (Value) throws -> String
    let accident: @Sendable (Node, Pod, Value) async throws -> Void

    init(
        _ description: String, names: @escaping @Sendable (Value) throws -> String,
        _ accident: @escaping @Sendable (Node, Pod, Value) async throws -> Void
    ) {
        testDescription = description
        self.names = names
        self.accident = accident
    }
}

@Suite("CHECK")
struct CheckTests {
    @Test("is content right after ADD, IPv4 and both families, and says nothing", arguments: [false, true])
    func fine(hasBoth: Bool) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let configuration = hasBoth ? node.dualStackConfiguration() : node.configuration()
            let result = try await node.add(pod, configuration: configuration)
            #expect(try await node.namespace.pings(result.resultAddress()))
            try await node.check(pod, result: result, configuration: configuration).result()
        }
    }

    @Test("is content when others have added things of their own")
    func additions() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            try await pod.namespace.ip(
                "addr add 198.51.100.1/32 dev eth0", "route add 203.0.113.0/24 via 169.254.1.1",
                "link add extra type ifb")
            try await node.namespace.ip("link add extra type ifb", "route add 203.0.113.0/24 dev up0")
            try await node.check(pod, result: result).result()
        }
    }

    @Test("is content with a second interface of the pod, each for itself")
    func secondInterface() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let first = try await node.add(pod)
            let second = try await node.add(pod, ifname: "net1")
            try await node.check(pod, result: first).result()
            try await node.check(pod, ifname: "net1", result: second).result()
            try await node.namespace.ip("link del \(second.resultHostLink())")
            try await node.check(pod, result: first).result()
            #expect(try await !node.check(pod, ifname: "net1", result: second).succeeded)
        }
    }

    @Test("is content with the MAC that a later plugin has set, as prevResult says")
    func laterMAC() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            var result = try await node.add(pod)
            try await pod.namespace.ip("link set eth0 address 02:00:00:00:00:99")
            #expect(try await !node.check(pod, result: result).succeeded)
            var interfaces = result["interfaces"].elements
            interfaces[1]["mac"] = "02:00:00:00:00:99"
            result["interfaces"] = .array(interfaces)
            try await node.check(pod, result: result).result()
        }
    }

    @Test("is content with the final result of a chain that has appended to it")
    func appendedResult() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            var result = try await node.add(pod)
            result["interfaces"] = .array(result["interfaces"].elements + [["name": "bwp0123456789a", "mac": ""]])
            result["routes"] = .array(result["routes"].elements + [["dst": "203.0.113.0/24", "gw": "192.0.2.7"]])
            result["dns"] = ["nameservers": ["192.0.2.53"]]
            try await node.check(pod, result: result).result()
        }
    }

    @Test("without prevResult is an error that names it")
    func withoutResult() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            let error = try await node.cni(.check, pod).error()
            #expect([6, 7].contains(error.code))
            #expect(error.whole.contains("prevResult"))
        }
    }

    @Test("fails when prevResult speaks of an address that is not the pod's")
    func otherResult() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            var result = try await node.add(pod)
            let own = try result.resultAddress()
            result["ips"] = [["address": "10.244.77.7/32", "interface": 1]]
            let error = try await node.check(pod, result: result).error()
            #expect(error.whole.contains("10.244.77.7") || error.whole.contains(own))
        }
    }

    @Test("fails for a container that was never added")
    func stranger() async throws {
        try await withNode { node in
            let (pod, stranger) = (try await node.pod(), try await node.pod())
            let result = try await node.add(pod)
            #expect(try await !node.check(stranger, result: result).succeeded)
        }
    }

    @Test("changes nothing, neither when content nor when not")
    func passive() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            let before = try await node.snapshot()
            try await node.check(pod, result: result).result()
            try await pod.namespace.ip("link set eth0 mtu 1400")
            #expect(try await !node.check(pod, result: result).succeeded)
            try await node.expectUnchanged(since: before)
            try await expectEqual(pod.namespace.link("eth0")?.mtu, 1400)
        }
    }

    @Test("names what differs", arguments: CheckTests.inPod + CheckTests.onHost)
    func names(_ tampering: Tampering) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            try await node.check(pod, result: result).result()
            try await tampering.accident(node, pod, result)
            let error = try await node.check(pod, result: result).error()
            let name = try tampering.names(result)
            #expect(error.whole.contains(name), "\(error)")
            #expect(error.code != 0)
        }
    }

    @Test("names what differs of IPv6", arguments: CheckTests.ofIPv6)
    func namesIPv6(_ tampering: Tampering) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: node.dualStackConfiguration())
            try await tampering.accident(node, pod, result)
            let outcome = try await node.check(pod, result: result, configuration: node.dualStackConfiguration())
            let name = try tampering.names(result)
            #expect(try outcome.error().whole.contains(name))
        }
    }
}
