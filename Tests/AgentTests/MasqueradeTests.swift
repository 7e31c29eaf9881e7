import TestKit
import Testing

@Suite("The agent keeps the nftables table")
struct MasqueradeTests {
    @Test("A pool with natOutgoing has its table before the first pod, and nobody's table goes with the last such pool")
    func pools() async throws {
        try await withNode { node in
            let wish = Node.pool("four", "10.244.0.0/16", natOutgoing: true)
            let agent = try await node.startAgent(["objects": [wish]])
            #expect(try await eventually { try await node.table()?.contains("10.244.0.0/16") ?? false }, "\(agent.log)")
            try await node.namespace.must("/usr/sbin/nft", "add", "table", "inet", "others")
            agent.process.end()
            let next = try await node.startAgent(["objects": [Node.pool("four", "10.244.0.0/16")]])
            #expect(try await eventually { try await node.table() == nil }, "\(next.log)")
            #expect(try await node.namespace.must("/usr/sbin/nft", "list", "tables") == "table inet others\n")
        }
    }

    @Test("Pools of the node and of the cluster are in it; of one that both know the cluster's word counts")
    func union() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(
                pod,
                configuration: node.configuration().setting(
                    "ipam.pools", [["name": "own", "cidr": "10.1.0.0/16", "natOutgoing": true]]))
            let others = Node.pool("others", "10.2.0.0/16")
            let agent = try await node.startAgent(["objects": [others]])
            #expect(try await eventually { try await node.table()?.contains("10.2.0.0/16") ?? false }, "\(agent.log)")
            let table = try await node.table() ?? ""
            #expect(table.contains("@nat4") && table.contains("10.1.0.0/16"))
            agent.process.end()
            let next = try await node.startAgent(["objects": [others, Node.pool("own", "10.1.0.0/16")]])
            #expect(try await eventually { try await node.table() == nil }, "\(next.log)")
        }
    }

    @Test("Where somebody changes the table each time, the agent slows down and says so")
    func contention() async throws {
        try await withNode { node in
            let agent = try await node.startAgent()
            let thief = try await node.namespace.start(
                "/bin/sh", "-c", "while :; do nft delete table inet martlet 2>/dev/null; sleep 0.1; done")
            #expect(
                try await eventually(within: .seconds(20)) { agent.log.contains("alarm=masquerade") }, "\(agent.log)")
            withExtendedLifetime(thief) {}
        }
    }
}

extension Node {
    /// Table `inet martlet` as nft shows it; nil where there is none.
    fileprivate func table() async throws -> String? {
        let completion = try await namespace.run(["/usr/sbin/nft", "list", "table", "inet", "martlet"])
        return completion.succeeded ? completion.text : nil
    }
}
