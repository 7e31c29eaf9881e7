import TestKit
import Testing

@Suite("Pools and blocks")
struct PoolTests {
    /// Adds pods until `count` addresses are out, several at a time.
    private func addresses(_ count: Int, on node: Node, _ configuration: Value? = nil) async throws -> [String] {
        var addresses: [String] = []
        while addresses.count < count {
            let batch = min(8, count - addresses.count)
            addresses += try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<batch {
                    group.addTask { try await node.add(node.pod(), configuration: configuration).resultAddress() }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        return addresses
    }

    private func pool(_ node: Node, _ cidr: String, blockSize: Int, _ ipam: [String: Value] = [:]) -> Value {
        let pools: Value = [["name": "pool", "cidr": .string(cidr), "blockSize": .integer(blockSize)]]
        return ipam.reduce(node.configuration().setting("ipam.pools", pools)) { $0.setting("ipam.\($1.key)", $1.value) }
    }

    @Test("a /26 holds 64 pods, all its addresses, and the 65th claims the next with a blackhole of its own")
    func sixtyFive() async throws {
        try await withNode { node in
            let all = try await addresses(65, on: node)
            #expect(Set(all).count == 65)
            let firstBlock = Set((0..<64).map { "10.244.0.\($0)" })
            #expect(firstBlock.isSubset(of: all))
            try await expectEqual(node.namespace.blackholes(), ["10.244.0.0/26", "10.244.0.64/26"])
            try await expectEqual(node.ledger.blocks().map(\.cidr), ["10.244.0.0/26", "10.244.0.64/26"])
        }
    }

    @Test(
        "a block is as large as blockSize says",
        arguments: [("10.244.0.0/16", 20), ("10.244.0.0/16", 31), ("10.244.0.0/26", 26)])
    func blockSize(cidr: String, size: Int) async throws {
        try await withNode { node in
            try await node.add(try await node.pod(), configuration: pool(node, cidr, blockSize: size))
            try await expectEqual(node.namespace.blackholes(), ["10.244.0.0/\(size)"])
        }
    }

    @Test("an IPv6 block, too", arguments: [116, 122, 127])
    func ipv6BlockSize(size: Int) async throws {
        try await withNode { node in
            let pools: Value = [["name": "six", "cidr": "fd00:10:244::/64", "blockSize": .integer(size)]]
            let configuration = node.dualStackConfiguration().setting("ipam.pools", pools)
                .setting("ipam.assign_ipv4", false)
            try await node.add(try await node.pod(), configuration: configuration)
            try await expectEqual(node.namespace.blackholes(), ["fd00:10:244::/\(size)"])
        }
    }

    @Test("max_blocks_per_host is the limit that the error names")
    func maxBlocks() async throws {
        try await withNode { node in
            let configuration = pool(node, "10.244.0.0/16", blockSize: 30, ["max_blocks_per_host": 2])
            #expect(Set(try await addresses(8, on: node, configuration)).count == 8)
            let before = try await node.snapshot()
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
            #expect(error.message.contains("max_blocks_per_host"))
            #expect(error.message.contains("pool"))
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("node_range limits what this node claims")
    func nodeRange() async throws {
        try await withNode { node in
            let configuration = pool(node, "10.244.0.0/16", blockSize: 31, ["node_range": "10.244.7.0/30"])
            let all = try await addresses(4, on: node, configuration)
            #expect(Set(all) == ["10.244.7.0", "10.244.7.1", "10.244.7.2", "10.244.7.3"])
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
            #expect(error.message.contains("node_range"))
        }
    }

    @Test("the second pool is used when the first is full, and only the listed ones are")
    func order() async throws {
        try await withNode { node in
            let configuration = node.configuration().setting(
                "ipam.pools",
                [
                    ["name": "never", "cidr": "10.9.0.0/16"],
                    ["name": "closed", "cidr": "10.8.0.0/16", "disabled": true],
                    ["name": "one", "cidr": "10.244.0.0/31", "blockSize": 31],
                    ["name": "two", "cidr": "10.250.0.0/16"],
                ]
            ).setting("ipam.ipv4_pools", ["one", "10.250.0.0/16"])
            let all = try await addresses(3, on: node, configuration)
            #expect(Set(all.prefix(3)).isSuperset(of: ["10.244.0.0", "10.244.0.1"]))
            #expect(all.contains { $0.hasPrefix("10.250.") })
        }
    }

    @Test("a disabled pool is not used, and its pods can still be deleted")
    func disabled() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            let closed = node.configuration().setting(
                "ipam.pools", [["name": "pool", "cidr": "10.244.0.0/16", "disabled": true]])
            let error = try await node.cni(.add, try await node.pod(), configuration: closed).error()
            #expect(error.whole.contains("pool"))
            try await node.delete(pod, configuration: closed)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("two nodes in one ledger never share a block, and each has only its own blackholes")
    func twoNodes() async throws {
        try await withNode { node in
            let other = try await node.neighbour("n2")
            async let mine = addresses(5, on: node)
            async let theirs = addresses(5, on: other)
            let all = try await mine + theirs
            #expect(Set(all).count == 10)
            let blocks = try await node.ledger.blocks()
            #expect(Set(blocks.map(\.owner)) == ["n1", "n2"])
            for place in [node, other] {
                let own = Set(blocks.filter { $0.owner == place.name }.map(\.cidr))
                try await expectEqual(place.namespace.blackholes(), own)
            }
        }
    }

    @Test("a node does not borrow from another's block")
    func noBorrowing() async throws {
        try await withNode { node in
            let configuration = pool(node, "10.244.0.0/26", blockSize: 26)
            try await node.add(try await node.pod(), configuration: configuration)
            let other = try await node.neighbour("n2")
            let theirs = configuration.setting("nodename", "n2")
            let error = try await other.cni(.add, try await other.pod(), configuration: theirs).error()
            #expect(error.message.contains("pool"))
            try await expectEqual(node.ledger.leases().count, 1)
        }
    }

    @Test("when no address is left, the error counts blocks and leases and names the pool, and nothing is left behind")
    func exhausted() async throws {
        try await withNode { node in
            let configuration = pool(node, "10.244.0.0/30", blockSize: 30)
            _ = try await addresses(4, on: node, configuration)
            let before = try await node.snapshot()
            let pod = try await node.pod()
            let error = try await node.cni(.add, pod, configuration: configuration).error()
            #expect(
                error.message.contains("pool") && error.whole.contains("10.244.0.0/30") && error.whole.contains("4"))
            try await node.expectUnchanged(since: before)
            try await expectEqual(pod.namespace.links().map(\.name), ["lo"])
        }
    }
}
