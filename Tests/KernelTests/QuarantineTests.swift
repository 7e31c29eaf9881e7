import TestKit
import Testing

@Suite("An address that another device holds")
struct QuarantineTests {
    private func configuration(_ node: Node) -> Value {
        node.configuration().setting("ipam.pools", [["name": "pool", "cidr": "10.244.0.0/30", "blockSize": 30]])
            .setting("ipam.rest_seconds", 0)
    }

    @Test("is put aside and the next one is taken; ADD works, and the foreign route stays")
    func next() async throws {
        try await withNode { node in
            try await node.namespace.ip(
                "route add 10.244.0.0/32 dev up0", "route add 10.244.0.1/32 dev up0", "route add 10.244.0.3/32 dev up0")
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: configuration(node))
            #expect(try result.resultAddress() == "10.244.0.2")
            #expect(try await node.namespace.pings("10.244.0.2"))
            for taken in ["10.244.0.0", "10.244.0.1", "10.244.0.3"] {
                try await expectEqual(node.namespace.routes(to: "\(taken)/32").map(\.device), ["up0"])
            }
            try await expectEqual(node.ledger.leases().map(\.address), ["10.244.0.2"])
            #expect(try await node.ledger.quarantined().isSubset(of: ["10.244.0.0", "10.244.0.1", "10.244.0.3"]))
            try await node.delete(pod, configuration: configuration(node))
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("is looked at again when its turn comes, and used once it is free")
    func freed() async throws {
        try await withNode { node in
            try await node.namespace.ip("route add 10.244.0.0/32 dev up0")
            var all: Set<String> = []
            for _ in 0..<3 {
                all.insert(try await node.add(node.pod(), configuration: configuration(node)).resultAddress())
            }
            #expect(all == ["10.244.0.1", "10.244.0.2", "10.244.0.3"])
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration(node)).error()
            #expect(error.whole.contains("10.244.0.0") && error.whole.contains("quarantined"), "\(error)")
            try await node.namespace.ip("route del 10.244.0.0/32 dev up0")
            let last = try await node.add(try await node.pod(), configuration: configuration(node)).resultAddress()
            #expect(last == "10.244.0.0")
            try await expectEqual(node.ledger.quarantined(), [])
        }
    }

    @Test("is an error when it was asked for by name, and the foreign route stays")
    func explicit() async throws {
        try await withNode { node in
            try await node.namespace.ip("route add 10.244.0.2/32 dev up0")
            let pod = try await node.pod()
            let outcome = try await node.cni(.add, pod, args: "IP=10.244.0.2", configuration: configuration(node))
            let error = try outcome.error()
            #expect(error.whole.contains("10.244.0.2") && error.whole.contains("up0"), "\(error)")
            #expect(try await node.ledger.leases().isEmpty)
            try await expectEqual(pod.namespace.links().map(\.name), ["lo"])
            try await expectEqual(node.namespace.routes(to: "10.244.0.2/32").map(\.device), ["up0"])
            try await expectEqual(node.namespace.links().map(\.name).sorted(), ["lo", "up0", "up1"])
        }
    }

    @Test("and fails ADD leaves in its block what rests there: only a block that was claimed for it is given back")
    func restAfterFailure() async throws {
        try await withNode([.ipv6]) { node in
            let configuration = node.dualStackConfiguration()
            let old = try await node.pod()
            try await node.add(old, configuration: configuration.setting("ipam.assign_ipv6", false))
            try await node.delete(old, configuration: configuration)
            try await node.namespace.ip("route add fd00:10:244::/128 dev up0")
            let outcome = try await node.cni(
                .add, try await node.pod(), args: "IP=fd00:10:244::", configuration: configuration)
            #expect(try outcome.error().whole.contains("up0"))
            try await expectEqual(node.ledger.blocks().map(\.cidr), ["10.244.0.0/26"])
            try await expectEqual(node.namespace.blackholes(), ["10.244.0.0/26"])
            let next = try await node.add(
                try await node.pod(), configuration: configuration.setting("ipam.assign_ipv6", false))
            #expect(try next.resultAddress() == "10.244.0.2")
        }
    }

    @Test("of one family puts both families' wiring right")
    func dualStack() async throws {
        try await withNode([.ipv6]) { node in
            try await node.namespace.ip("route add fd00:10:244::/128 dev up0")
            let result = try await node.add(try await node.pod(), configuration: node.dualStackConfiguration())
            #expect(try result.resultAddress(ipv6: true) != "fd00:10:244::")
            #expect(try await node.namespace.pings(result.resultAddress()))
            #expect(try await node.namespace.pings(result.resultAddress(ipv6: true)))
            try await expectEqual(node.ledger.leases().count, 2)
        }
    }
}
