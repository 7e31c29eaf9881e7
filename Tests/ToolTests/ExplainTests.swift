import TestKit
import Testing

/// Something that decides which address the next pod gets.
struct Situation: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What the pools have to say, by name.
    let reasons: [String: String]
    let families: Int
    let arrange: @Sendable (Node) async throws -> Void

    init(
        _ description: String, _ reasons: [String: String], families: Int = 1,
        _ arrange: @escaping @Sendable (Node) async throws -> Void
    ) {
        testDescription = description
        self.reasons = reasons
        self.families = families
        self.arrange = arrange
    }
}

extension Node {
    fileprivate func fill(_ count: Int) async throws -> [(pod: Pod, address: String)] {
        var pods: [(Pod, String)] = []
        for _ in 0..<count { pods.append(try await start()) }
        return pods
    }

    fileprivate func stop(_ pods: some Sequence<(pod: Pod, address: String)>) async throws {
        for (pod, _) in pods { try await delete(pod, configuration: bare()) }
    }
}

extension Situation {
    static let all: [Situation] = fresh + used + closed

    private static let small = pool("one", "10.1.0.0/29", "blockSize: 30")

    private static let fresh = [
        Situation("an empty ledger", ["one": "gives"]) { node in try await node.apply(small) },
        Situation("a block begun", ["one": "gives"]) { node in
            try await node.apply(small)
            _ = try await node.fill(2)
        },
        Situation("a full block", ["one": "gives"]) { node in
            try await node.apply(small)
            _ = try await node.fill(4)
        },
        Situation("the first addresses reserved", ["one": "gives"]) { node in
            try await node.apply(small + reservation("r", "10.1.0.0/31"))
        },
        Situation("the first block reserved", ["one": "gives"]) { node in
            try await node.apply(small + reservation("r", "10.1.0.0/30"))
        },
        Situation("everything reserved", ["one": "reserved"]) { node in
            try await node.apply(small + reservation("r", "10.1.0.0/29"))
        },
        Situation("both families", ["one": "gives", "six": "gives"], families: 2) { node in
            try await node.apply(small + pool("six", "fd00:1::/64"))
        },
    ]

    private static let used = [
        Situation("a resting address and an unclaimed block", ["one": "gives"]) { node in
            try await node.apply(small)
            try await node.stop(try await node.fill(4).dropFirst().prefix(1))
        },
        Situation("a rested address", ["one": "gives"]) { node in
            try await node.ask("ipam", "configure", "--rest-seconds", "0")
            try await node.apply(small)
            try await node.stop(try await node.fill(4).dropFirst().prefix(2).reversed())
        },
        Situation("nothing but a resting address", ["one": "gives"]) { node in
            try await node.apply(small)
            try await node.ask("ipam", "configure", "--max-blocks-per-host", "1")
            try await node.stop(try await node.fill(4).dropFirst(2).prefix(1))
        },
        Situation("a resting address that is reserved meanwhile", ["one": "gives"]) { node in
            try await node.apply(small)
            try await node.ask("ipam", "configure", "--max-blocks-per-host", "1")
            try await node.stop(try await node.fill(4).dropFirst(1).prefix(2))
            try await node.apply(reservation("r", "10.1.0.1"))
        },
        Situation("the limit of blocks", ["one": "limit"]) { node in
            try await node.apply(small)
            try await node.ask("ipam", "configure", "--max-blocks-per-host", "1")
            _ = try await node.fill(4)
        },
        Situation("a full pool", ["one": "full"]) { node in
            try await node.apply(small)
            _ = try await node.fill(8)
        },
        Situation("a full pool whose pods died with an earlier boot", [:]) { node in
            try await node.apply(small)
            for (pod, _) in try await node.fill(8).prefix(2) { pod.namespace.end() }
            _ = try await eventually { try await node.namespace.links().count { $0.name.hasPrefix("cali") } == 6 }
            try await node.ledger.pretendReboot()
        },
        Situation("a full pool, some of whose pods an earlier boot has left behind", [:]) { node in
            try await node.apply(small)
            let pods = try await node.fill(8)
            pods[5].pod.namespace.end()
            _ = try await eventually { try await node.namespace.links().count { $0.name.hasPrefix("cali") } == 7 }
            try await node.ledger.change("UPDATE lease SET boot_id = '00000000-0000-0000-0000-000000000000'")
        },
        Situation("a full pool whose pods live, though of an earlier boot", ["one": "full"]) { node in
            try await node.apply(small)
            _ = try await node.fill(8)
            try await node.ledger.pretendReboot()
        },
        Situation("a full block of a pool of the cluster's, and no agent", ["one": "agent"]) { node in
            try await node.apply(small)
            _ = try await node.fill(4)
            try await node.ledger.change("UPDATE pool SET shared = 1")
        },
        Situation("a full pool before another", ["one": "full", "two": "gives"]) { node in
            try await node.apply(small + pool("two", "10.2.0.0/16"))
            _ = try await node.fill(8)
        },
        Situation("a later pool's address that is ready", ["one": "later", "two": "gives"]) { node in
            try await node.apply(small + pool("two", "10.2.0.0/16"))
            _ = try await node.start(["ipv4_pools": ["two"]])
        },
    ]

    private static let closed = [
        Situation("a disabled pool", ["one": "disabled", "two": "gives"]) { node in
            try await node.apply(pool("one", "10.1.0.0/16", "disabled: true") + pool("two", "10.2.0.0/16"))
        },
        Situation("a pool that is being deleted", ["one": "draining", "two": "gives"]) { node in
            try await node.apply(small + pool("two", "10.2.0.0/16"))
            _ = try await node.fill(1)
            try await node.ask("delete", "ippool", "one")
        },
        Situation("a pool for other nodes", ["one": "selector", "two": "gives"]) { node in
            try await node.apply(
                pool("one", "10.1.0.0/16", "nodeSelector: rack == 'a'")
                    + pool("two", "10.2.0.0/16", "nodeSelector: rack == 'b'")
                    + ToolTests.node("n1", labels: "{rack: b}"))
        },
        Situation("a pool on request", ["one": "manual", "two": "gives"]) { node in
            try await node.apply(pool("one", "10.1.0.0/16", "assignmentMode: Manual") + pool("two", "10.2.0.0/16"))
        },
        Situation("no pool for anybody here", ["one": "manual", "two": "disabled"]) { node in
            try await node.apply(
                pool("one", "10.1.0.0/16", "assignmentMode: Manual") + pool("two", "10.2.0.0/16", "disabled: true"))
        },
    ]
}

@Suite("ipam explain")
struct ExplainTests {
    @Test("agrees with the next ADD, and says why not another", arguments: Situation.all)
    func agreement(situation: Situation) async throws {
        try await withNode { node in
            try await situation.arrange(node)
            let before = try await node.dump()
            let completion = try await node.tool(["ipam", "explain", "-o", "json"])
            let explanations = try Value(parsing: completion.output).elements
            try expectEqual(Schema("explain").mistakes(in: .array(explanations)), [])
            try await expectSame(node.dump(), before)
            #expect(explanations.count == situation.families)
            let isRefused = explanations.contains { $0["refused"] != .null }
            #expect(completion.status == .exited(isRefused ? 1 : 0))

            let outcome = try await node.cni(
                .add, try await node.pod(), configuration: node.bare(["assign_ipv6": .bool(situation.families == 2)]))
            if isRefused {
                _ = try outcome.error()
            } else {
                let addresses = try outcome.result().resultAddresses.map { String($0.prefix { $0 != "/" }) }
                #expect(addresses == explanations.compactMap { $0["ip"].string })
            }
            for (name, reason) in situation.reasons {
                let verdict = explanations.flatMap { $0["verdicts"].elements }.first {
                    ($0["subject"].string ?? "").hasPrefix("pool \(name) ")
                }
                #expect(verdict?["reason"] == .string(reason), "\(name): \(explanations)")
            }
        }
    }

    @Test("says in words what the blocks hold")
    func words() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/29", "blockSize: 29") + reservation("r", "10.1.0.7"))
            let pods = [try await node.start(), try await node.start()]
            try await node.delete(pods[0].pod, configuration: node.bare())
            try await expectEqual(
                node.lines("ipam", "explain"),
                [
                    "IPv4: the next pod gets 10.1.0.2, of block 10.1.0.0/29",
                    "  pool one (10.1.0.0/29): gives 10.1.0.2, from a block that the node has",
                    "  block 10.1.0.0/29: 1 of 8 leased, 1 resting, 1 reservations, 6 never given out, gives 10.1.0.2",
                    "",
                ])
        }
    }

    @Test("names the limit that bites, and what sets it")
    func limit() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16", "blockSize: 31"))
            try await node.ask("ipam", "configure", "--max-blocks-per-host", "1")
            for _ in 0..<2 { try await node.start() }
            let text = try await node.tool(["ipam", "explain"]).text
            #expect(text.contains("the limit of 1 blocks is reached"), "\(text)")
            #expect(text.contains("martletctl ipam configure --max-blocks-per-host"), "\(text)")
        }
    }

    @Test("of a ledger without pools is refused with what to do")
    func noPool() async throws {
        try await withNode { node in
            try await node.ask("ipam", "configure", "--rest-seconds", "1")
            try await expectEqual(
                node.refuse("ipam", "explain"),
                "Error: the ledger has no pool\nHint: martletctl apply -f, with an IPPool\n")
        }
    }
}
