import TestKit
import Testing

/// The rules' meaning, told by packets.
@Suite("Packets")
struct PacketTests {
    private let plan = Plan(
        pools: ["10.244.0.0/16", "10.250.0.0/24", "fd00:10::/48", "fd00:20::/48"],
        masqueraded: ["10.244.0.0/16", "fd00:10::/48"])

    @Test("of a natOutgoing pool reach the outside under the node's address, and pods under their own")
    func masquerade() async throws {
        try await withNode([.outside, .ipv6, .defaultRoute]) { node in
            let outside = try #require(node.outside)
            try await node.forward()
            let pod = try await node.wiredPod(1, "10.244.0.5", "fd00:10::5")
            let sibling = try await node.wiredPod(2, "10.244.9.6", "fd00:10::6")
            let stranger = try await node.wiredPod(3, "10.250.0.7", "fd00:20::7")
            var mirrors = try await outside.mirrors()
            for other in [sibling, stranger] { mirrors += try await other.namespace.mirrors() }

            #expect(try await pod.namespace.appearance(at: "192.0.2.1") == nil)
            try await plan.install(in: node.namespace)
            #expect(try await pod.namespace.appearance(at: "192.0.2.1") == "192.0.2.10")
            #expect(try await pod.namespace.appearance(at: "2001:db8::1") == "2001:db8::10")
            for target in ["10.244.9.6", "10.250.0.7"] {
                #expect(try await pod.namespace.appearance(at: target) == "10.244.0.5", "\(target)")
            }
            for target in ["fd00:10::6", "fd00:20::7"] {
                #expect(try await pod.namespace.appearance(at: target) == "fd00:10::5", "\(target)")
            }
            _ = consume mirrors
        }
    }

    @Test("of a pool without NAT keep their address on the way out")
    func withoutNAT() async throws {
        try await withNode([.outside, .ipv6, .defaultRoute]) { node in
            let outside = try #require(node.outside)
            try await node.forward()
            let pod = try await node.wiredPod(1, "10.250.0.7", "fd00:20::7")
            try await outside.ip("route add 10.250.0.0/24 via 192.0.2.10", "route add fd00:20::/48 via 2001:db8::10")
            let mirrors = try await outside.mirrors()
            try await plan.install(in: node.namespace)
            #expect(try await pod.namespace.appearance(at: "192.0.2.1") == "10.250.0.7")
            #expect(try await pod.namespace.appearance(at: "2001:db8::1") == "fd00:20::7")
            _ = consume mirrors
        }
    }

    @Test("are not lost while the table is replaced again and again, and never leave under another address")
    func replacement() async throws {
        try await withNode([.outside, .ipv6, .defaultRoute]) { node in
            let outside = try #require(node.outside)
            try await node.forward()
            let pod = try await node.wiredPod(1, "10.244.0.5")
            let mirrors = try await outside.mirrors()
            try await plan.install(in: node.namespace)
            async let replacements = plan.ask("repeat", in: node.namespace)
            for _ in 0..<50 { #expect(try await pod.namespace.appearance(at: "192.0.2.1") == "192.0.2.10") }
            #expect(try await replacements.succeeded)
            _ = consume mirrors
        }
    }
}

/// Linux has no rp_filter for IPv6; the table stands in for it.
@Suite("IPv6 sources")
struct SourceTests {
    private let plan = Plan(pools: ["fd00:10::/48"], masqueraded: [], guardsIPv6Sources: true)

    @Test(
        "that are not the pod's own are dropped, towards the node, another pod and the outside",
        arguments: ["2001:db8::10", "fd00:10::6", "2001:db8::1"])
    func spoofing(target: String) async throws {
        try await withNode([.outside, .ipv6, .defaultRoute]) { node in
            let outside = try #require(node.outside)
            try await node.forward()
            try await outside.ip("route add fd00:10::/48 via 2001:db8::10")
            let pod = try await node.wiredPod(1, "fd00:10::5")
            let other = try await node.wiredPod(2, "fd00:10::6")
            try await node.namespace.ip("route add blackhole fd00:10::/122 metric 20")
            let listeners = [
                "2001:db8::10": node.namespace, "fd00:10::6": other.namespace, "2001:db8::1": outside,
            ]
            let listener = try await #require(listeners[target]).listen(7001, bind: target)
            // Another pod's, one that no pod has, one from elsewhere, and one that the default route leads to.
            let strangers = ["fd00:10::6", "fd00:10::7", "2001:db8::77", "2a00::1"].filter { $0 != target }
            func send(_ source: String, _ text: String) async throws {
                try await pod.sendRaw(Datagram(from: source, to: target, port: 7001, text: text))
            }

            for source in strangers { try await send(source, "unguarded \(source),") }
            for source in strangers { #expect(try await listener.hears("unguarded \(source),"), "\(source)") }
            try await plan.install(in: node.namespace)
            for source in strangers + ["2001:db8::10", "::1"] { try await send(source, "guarded \(source),") }
            try await send("fd00:10::5", "own,")
            #expect(try await listener.hears("own,"))
            #expect(!listener.received.contains(",guarded"), "\(listener.received)")
        }
    }

    @Test("of the pod itself pass both ways, with neighbour discovery in between")
    func ownTraffic() async throws {
        try await withNode([.outside, .ipv6, .defaultRoute]) { node in
            let outside = try #require(node.outside)
            try await node.forward()
            try await outside.ip("route add fd00:10::/48 via 2001:db8::10")
            try await plan.install(in: node.namespace)
            let pod = try await node.wiredPod(1, "fd00:10::5")
            let other = try await node.wiredPod(2, "fd00:10::6")
            // Without its permanent neighbour the pod has to ask for the gateway, as the node has to ask for the pod.
            try await pod.namespace.ip("neigh del fe80::ecee:eeff:feee:eeee dev eth0")
            try await node.namespace.ip("neigh flush dev cali1", "neigh flush dev cali2")
            #expect(try await pod.namespace.pings("fd00:10::6"))
            #expect(try await outside.pings("fd00:10::5"))
            #expect(try await node.namespace.pings("fd00:10::5"))
            #expect(try await other.namespace.pings("2001:db8::1"))
            #expect(try await pod.namespace.pings("fe80::ecee:eeff:feee:eeee%eth0"))
        }
    }

    @Test("may be none at all for duplicate address detection, which still finds a duplicate")
    func duplicates() async throws {
        try await withNode([.ipv6]) { node in
            try await node.forward()
            let pod = try await node.wiredPod(1, "fd00:10::5")
            try await node.namespace.ip("addr add fd00:10::1/128 dev cali1 nodad")
            try await plan.install(in: node.namespace)
            try await pod.namespace.ip("addr add fd00:10::1/128 dev eth0", "addr add fd00:10::2/128 dev eth0")
            func failed() async throws -> String {
                try await pod.namespace.must("/sbin/ip", "-6", "addr", "show", "dev", "eth0", "dadfailed")
            }
            func tentative() async throws -> String {
                try await pod.namespace.must("/sbin/ip", "-6", "addr", "show", "dev", "eth0", "tentative")
            }
            #expect(try await eventually { try await failed().contains("fd00:10::1/128") })
            #expect(try await eventually { try await !tentative().contains("fd00:10::2/128") })
            #expect(try await !failed().contains("fd00:10::2/128"))
        }
    }
}
