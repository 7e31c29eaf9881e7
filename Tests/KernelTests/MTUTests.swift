import TestKit
import Testing

@Suite("The MTU of both ends")
struct MTUTests {
    private func expectMTU(_ mtu: Int, on node: Node, configuration: Value) async throws {
        let pod = try await node.pod()
        let result = try await node.add(pod, configuration: configuration)
        try await expectEqual(pod.namespace.link("eth0")?.mtu, mtu)
        try await expectEqual(node.namespace.link(result.resultHostLink())?.mtu, mtu)
        let address = try result.resultAddress()
        #expect(try await node.namespace.pings(address, size: mtu - 28))
        try await node.delete(pod, configuration: configuration)
    }

    @Test("is the configuration's", arguments: [1280, 1450, 9000])
    func configured(mtu: Int) async throws {
        try await withNode([.defaultRoute]) { node in
            try await expectMTU(mtu, on: node, configuration: node.configuration(["mtu": .integer(mtu)]))
            try await expectMTU(mtu, on: node, configuration: node.configuration(["mtu": .string("\(mtu)")]))
        }
    }

    @Test("is that of the default route's device when the configuration has none, or 0")
    func ofDefaultRoute() async throws {
        try await withNode([.defaultRoute]) { node in
            try await node.namespace.ip("link set up0 mtu 1400")
            try await expectMTU(1400, on: node, configuration: node.configuration())
            try await expectMTU(1400, on: node, configuration: node.configuration(["mtu": 0]))
        }
    }

    @Test("is 1500 when there is no default route, whatever the devices have")
    func fallback() async throws {
        try await withNode { node in
            try await node.namespace.ip("link set up0 mtu 1400", "link set up1 mtu 9000")
            try await expectMTU(1500, on: node, configuration: node.configuration())
        }
    }

    @Test("does not follow a default route of another table than main")
    func otherTable() async throws {
        try await withNode { node in
            try await node.namespace.ip("link set up0 mtu 1400", "route add default via 192.0.2.1 dev up0 table 77")
            try await expectMTU(1500, on: node, configuration: node.configuration())
        }
    }

    @Test("is that of the better of two default routes")
    func twoDefaults() async throws {
        try await withNode([.defaultRoute]) { node in
            try await node.namespace.ip(
                "link set up0 mtu 1400", "link add other type ifb", "link set other mtu 1300 up",
                "addr add 198.51.100.1/24 dev other", "route add default via 198.51.100.2 dev other metric 100")
            try await expectMTU(1400, on: node, configuration: node.configuration())
        }
    }
}
