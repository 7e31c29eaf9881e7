import TestKit
import Testing

@Suite("Which node is meant")
struct NodeNameTests {
    private func check(_ node: Node, _ words: String...) async throws -> Completion {
        try await node.namespace.run(
            [Programs.operatorsTool, "ipam", "check", "--fix", "--data-dir", node.data] + words)
    }

    @Test("is clear where one node has blocks, whatever the machine is called")
    func alone() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            #expect(try await check(node).succeeded)
        }
    }

    @Test("has to be said where several have: none is taken for another, and no route goes")
    func several() async throws {
        try await withNode { node in
            let other = try await node.neighbour("n2")
            try await node.add(try await node.pod())
            try await other.add(try await other.pod())
            let routes = try await node.namespace.blackholes()
            let refused = try await check(node)
            #expect(refused.status == .exited(2))
            #expect(refused.errorText.contains("n1, n2") && refused.errorText.contains("--nodename"))
            try await expectEqual(node.namespace.blackholes(), routes)
            #expect(try await check(node, "--nodename", "n1").succeeded)
            try await expectEqual(node.namespace.blackholes(), routes)
        }
    }
}
