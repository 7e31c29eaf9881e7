import TestKit
import Testing

@Suite("Reuse of addresses")
struct ReuseTests {
    private func configuration(_ node: Node, rest: Int, limit: Int = 1) -> Value {
        node.configuration().setting("ipam.pools", [["name": "pool", "cidr": "10.244.0.0/16", "blockSize": 29]])
            .setting("ipam.rest_seconds", .integer(rest)).setting("ipam.max_blocks_per_host", .integer(limit))
    }

    private func fill(_ node: Node, _ count: Int, _ configuration: Value) async throws -> [(pod: Pod, address: String)]
    {
        var pods: [(Pod, String)] = []
        for _ in 0..<count {
            let pod = try await node.pod()
            pods.append((pod, try await node.add(pod, configuration: configuration).resultAddress()))
        }
        return pods
    }

    @Test("is first in, first out")
    func order() async throws {
        try await withNode { node in
            var random = Seeded("reuse order")
            let configuration = configuration(node, rest: 0)
            let freed = try await fill(node, 8, configuration).shuffled(using: &random)
            for (pod, _) in freed { try await node.delete(pod, configuration: configuration) }
            let again = try await fill(node, 8, configuration)
            #expect(again.map(\.address) == freed.map(\.address))
        }
    }

    @Test("comes after every address that has never been used")
    func freshFirst() async throws {
        try await withNode { node in
            let configuration = configuration(node, rest: 180)
            var seen: Set<String> = []
            for _ in 0..<8 {
                let pod = try await node.pod()
                let address = try await node.add(pod, configuration: configuration).resultAddress()
                #expect(seen.insert(address).inserted, "\(address) came again")
                try await node.delete(pod, configuration: configuration)
            }
        }
    }

    @Test("waits for the rest: a new block within the limit comes before an address that still rests")
    func newBlockFirst() async throws {
        try await withNode { node in
            let configuration = configuration(node, rest: 180, limit: 0)
            let pods = try await fill(node, 8, configuration)
            try await node.delete(pods[3].pod, configuration: configuration)
            let next = try await fill(node, 1, configuration)
            #expect(next[0].address != pods[3].address)
            try await expectEqual(node.ledger.blocks().count, 2)
        }
    }

    @Test("takes a rested address before a new block")
    func restedFirst() async throws {
        try await withNode { node in
            let configuration = configuration(node, rest: 1, limit: 0)
            let pods = try await fill(node, 8, configuration)
            try await node.delete(pods[3].pod, configuration: configuration)
            try await Task.sleep(for: .milliseconds(1500))
            let next = try await fill(node, 1, configuration)
            #expect(next[0].address == pods[3].address)
            try await expectEqual(node.ledger.blocks().count, 1)
        }
    }

    @Test("takes a resting address rather than fail, the longest resting one, and says so in the log")
    func restingLast() async throws {
        try await withNode { node in
            let log = "\(node.folder.path)/martlet.log"
            let configuration = configuration(node, rest: 180).merging(["log_file_path": .string(log)])
            let pods = try await fill(node, 8, configuration)
            for index in [5, 2] { try await node.delete(pods[index].pod, configuration: configuration) }
            let next = try await fill(node, 1, configuration)
            #expect(next[0].address == pods[5].address)
            let text = try await node.namespace.must("/bin/cat", log)
            #expect(text.contains(pods[5].address))
        }
    }

    @Test("does not remember a rest across a reboot's clock: the rest counts time since boot")
    func restAfterBoot() async throws {
        try await withNode { node in
            let configuration = configuration(node, rest: 180, limit: 0)
            let pods = try await fill(node, 8, configuration)
            try await node.delete(pods[3].pod, configuration: configuration)
            try await node.ledger.pretendReboot()
            // No pod survives a reboot with its conntrack entries; what rested then has rested enough.
            let next = try await fill(node, 1, configuration)
            #expect(next[0].address == pods[3].address)
        }
    }
}
