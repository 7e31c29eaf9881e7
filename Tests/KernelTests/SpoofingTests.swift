import TestKit
import Testing

@Suite("A pod's raw packets")
struct SpoofingTests {
    @Test("reach the host with the pod's own address, and not with another's")
    func toHost() async throws {
        try await withNode { node in
            let (pod, other) = (try await node.pod(), try await node.pod())
            let own = try await node.add(pod).resultAddress()
            let others = try await node.add(other).resultAddress()
            let listener = try await node.namespace.listen(7000, bind: "192.0.2.10")
            for source in [others, "192.0.2.10", "192.0.2.1", "203.0.113.9", "10.244.0.63", "127.0.0.1"] {
                try await pod.sendRaw(Datagram(from: source, to: "192.0.2.10", port: 7000, text: "\(source),"))
            }
            try await pod.sendRaw(Datagram(from: own, to: "192.0.2.10", port: 7000, text: "own,"))
            #expect(try await listener.hears("own,"))
            #expect(listener.received == "own,")
        }
    }

    @Test("reach another pod with the pod's own address, and not with another's")
    func toPod() async throws {
        try await withNode { node in
            let (pod, victim, third) = (try await node.pod(), try await node.pod(), try await node.pod())
            let own = try await node.add(pod).resultAddress()
            let target = try await node.add(victim).resultAddress()
            let others = try await node.add(third).resultAddress()
            let listener = try await victim.namespace.listen(7000, bind: target)
            for source in [others, "192.0.2.10", "203.0.113.9"] {
                try await pod.sendRaw(Datagram(from: source, to: target, port: 7000, text: "\(source),"))
            }
            try await pod.sendRaw(Datagram(from: own, to: target, port: 7000, text: "own,"))
            #expect(try await listener.hears("own,"))
            #expect(listener.received == "own,")
        }
    }

    @Test("of IPv6 reach host and pods with the pod's own address, and not with another's")
    func ipv6() async throws {
        try await withNode([.ipv6]) { node in
            let (pod, victim) = (try await node.pod(), try await node.pod())
            let own = try await node.add(pod, configuration: node.dualStackConfiguration()).resultAddress(ipv6: true)
            let target = try await node.add(victim, configuration: node.dualStackConfiguration())
                .resultAddress(ipv6: true)
            for (listening, address) in [(node.namespace, "2001:db8::10"), (victim.namespace, target)] {
                let listener = try await listening.listen(7000, bind: address)
                for source in [target, "2001:db8::10", "2001:db8::77", "fd00:10:244::3e"] where source != address {
                    try await pod.sendRaw(Datagram(from: source, to: address, port: 7000, text: "\(source),"))
                }
                try await pod.sendRaw(Datagram(from: own, to: address, port: 7000, text: "own,"))
                #expect(try await listener.hears("own,"))
                #expect(listener.received == "own,")
            }
        }
    }

    @Test("do not reach services on the host's loopback; with route_localnet they would")
    func loopback() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            let (own, host) = (try result.resultAddress(), try result.resultHostLink())
            let listener = try await node.namespace.listen(7000, bind: "127.0.0.1")
            try await pod.sendRaw(Datagram(from: own, to: "127.0.0.1", port: 7000, text: "before,"))
            try await pod.sendRaw(Datagram(from: "127.0.0.1", to: "127.0.0.1", port: 7000, text: "twice,"))
            // The same packet after the switch is turned shows that the test would have heard it.
            try await node.namespace.setSysctl("net/ipv4/conf/\(host)/route_localnet", "1")
            try await pod.sendRaw(Datagram(from: own, to: "127.0.0.1", port: 7000, text: "after,"))
            #expect(try await listener.hears("after,"))
            #expect(listener.received == "after,")
        }
    }

    @Test("do not reach services on the host's IPv6 loopback")
    func loopback6() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let own = try await node.add(pod, configuration: node.dualStackConfiguration()).resultAddress(ipv6: true)
            let listener = try await node.namespace.listen(7000, bind: "::1")
            try await pod.sendRaw(Datagram(from: own, to: "::1", port: 7000, text: "in,"))
            try await node.namespace.must("/bin/sh", "-c", "echo -n mark, | socat - UDP6:[::1]:7000")
            #expect(try await listener.hears("mark,"))
            #expect(listener.received == "mark,")
        }
    }
}
