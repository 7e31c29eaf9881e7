import TestKit
import Testing

@Suite("A second interface of a pod")
struct SecondInterfaceTests {
    private func second(on node: Node) -> Value {
        node.configuration(name: "storage").setting("ipam.pools", [["name": "storage", "cidr": "10.250.0.0/16"]])
    }

    @Test("works beside the first: both addresses answer the host and another pod")
    func both() async throws {
        try await withNode { node in
            let (pod, other) = (try await node.pod(), try await node.pod())
            let first = try await node.add(pod).resultAddress()
            let result = try await node.add(pod, ifname: "net1", configuration: second(on: node))
            let extra = try result.resultAddress()
            #expect(extra.hasPrefix("10.250."))
            try await node.add(other)
            for address in [first, extra] {
                #expect(try await node.namespace.pings(address), "host to \(address)")
                #expect(try await other.namespace.pings(address), "pod to \(address)")
            }
            try await expectEqual(pod.namespace.links().map(\.name).sorted(), ["eth0", "lo", "net1"])
        }
    }

    @Test("has a host end, a lease and a block of its own")
    func separate() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let args = "K8S_POD_NAMESPACE=test-ns;K8S_POD_NAME=pod-1"
            let first = try await node.add(pod, args: args)
            let other = try await node.add(pod, ifname: "net1", args: args, configuration: second(on: node))
            #expect(try first.resultHostLink() == "calib23b121a751")
            #expect(try first.resultHostLink() != other.resultHostLink())
            #expect(Set(try await node.ledger.leases().map(\.ifname)) == ["eth0", "net1"])
            try await expectEqual(node.namespace.blackholes(), ["10.244.0.0/26", "10.250.0.0/26"])
        }
    }

    @Test("gets no default route unless its configuration lists one")
    func defaultRoute() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            let result = try await node.add(pod, ifname: "net1", configuration: second(on: node))
            #expect(!result["routes"].elements.contains { $0["dst"] == "0.0.0.0/0" })
            try await expectEqual(pod.namespace.routes(to: "0.0.0.0/0").map(\.device), ["eth0"])
        }
    }

    @Test("gets the routes its configuration lists")
    func listedRoutes() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            let configuration = second(on: node).setting("ipam.routes", [["dst": "198.51.100.0/24"]])
            try await node.add(pod, ifname: "net1", configuration: configuration)
            try await expectEqual(pod.namespace.routes(to: "198.51.100.0/24").map(\.device), ["net1"])
        }
    }

    @Test("of the same network under another name works too")
    func sameNetwork() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let first = try await node.add(pod).resultAddress()
            let extra = try await node.add(pod, ifname: "net1").resultAddress()
            #expect(first != extra)
            #expect(try await node.namespace.pings(first))
            #expect(try await node.namespace.pings(extra))
            try await node.delete(pod, ifname: "net1")
            #expect(try await node.namespace.pings(first))
            try await expectEqual(node.ledger.leases().map(\.address), [first])
        }
    }

    @Test("goes without the first, and the first without it", arguments: ["eth0", "net1"])
    func deletion(gone: String) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let results = [
                "eth0": try await node.add(pod),
                "net1": try await node.add(pod, ifname: "net1", configuration: second(on: node)),
            ]
            let stays = gone == "eth0" ? "net1" : "eth0"
            let configuration = gone == "eth0" ? node.configuration() : second(on: node)
            try await node.delete(pod, ifname: gone, configuration: configuration)
            try await expectEqual(pod.namespace.links().map(\.name).sorted(), [stays, "lo"].sorted())
            try await expectEqual(node.ledger.leases().map(\.ifname), [stays])
            let address = try #require(try results[stays]?.resultAddress())
            #expect(try await node.namespace.pings(address))
        }
    }

    @Test("with IPv6 reaches the host and is reached beside the first")
    func ipv6() async throws {
        try await withNode([.ipv6]) { node in
            let pod = try await node.pod()
            let first = try await node.add(pod, configuration: node.dualStackConfiguration())
            let configuration = node.dualStackConfiguration(name: "storage").setting(
                "ipam.pools",
                [["name": "storage4", "cidr": "10.250.0.0/16"], ["name": "storage6", "cidr": "fd00:10:250::/64"]])
            let extra = try await node.add(pod, ifname: "net1", configuration: configuration)
            #expect(try await node.namespace.pings(first.resultAddress(ipv6: true)))
            #expect(try await node.namespace.pings(extra.resultAddress(ipv6: true)))
        }
    }
}
