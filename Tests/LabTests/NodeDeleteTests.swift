import TestKit
import Testing

/// A node that was taken for dead.
@Suite struct NodeDeleteTests {
    @Test("a node that lives is not deleted")
    func alive() async throws {
        try await Lab.with { lab in
            let refused = try await lab.delete("node2", "--force")
            #expect(refused.status == .exited(1))
            #expect(refused.errorText.contains("node node2.whale.com lives: it was heard of "))
            #expect(try await lab.on("master", "martletctl", "get", "node").contains("node2.whale.com"))
        }
    }

    @Test("a node that comes back has lost its blocks: it withdraws them, says so, and leases from others")
    func comesBack() async throws {
        try await Lab.with { lab in
            _ = try await lab.start("pod1", on: "node1")
            let old = try await lab.start("pod2", on: "node2")[0]
            let block = try await lab.blocks()["node2"] ?? ""
            try await lab("agent", "stop", "node2")
            try await lab.forget("node2")
            let told = try await lab.delete("node2")
            #expect(told.text.contains("--force deletes it and frees 1 block:\n  \(block) "))
            let deleted = try await lab.delete("node2", "--force")
            #expect(deleted.text.contains("  \(block) orphaned until "))
            #expect(deleted.text.contains("node/node2.whale.com deleted"))

            try await lab("agent", "start", "node2")
            let alarm = "blocksLost: this node has lost blocks that were its own"
            #expect(try await eventually { try await lab.isAlarmed("node2", alarm) })
            #expect(try await lab.must("cat /run/lab/nodes/node2.whale.com/martletd.log").contains("alarm=blocksLost"))
            #expect(try await lab.blocks(of: "node2").contains(block) == false)
            let new = try await lab.start("pod3", on: "node2")[0]
            #expect(try await lab.blocks()["node2"] != block)
            #expect(try await eventually(within: .seconds(20)) { try await lab.pings("pod1", new) })
            #expect(try await lab.pings("pod1", old) == false)

            // It stands for as long as a pod has an address of the block, whatever becomes of the agent.
            try await lab("agent", "stop", "node2")
            try await lab("agent", "start", "node2")
            #expect(try await eventually { try await lab.isAlarmed("node2", alarm) })
            try await lab("pod", "del", "pod2")
            #expect(try await eventually { try await lab.ask("node2", "/readyz") == "ok" })
        }
    }

    @Test("blocks of a deleted node are nobody's, until somebody says that the node is gone for good")
    func reuse() async throws {
        try await Lab.with { lab in
            try await lab.limit(to: "10.245.0.0/30")
            // Two blocks of two addresses are all there is.
            for number in 1...4 { _ = try await lab.start("pod\(number)", on: "node2") }
            let refused = try await lab.run([Lab.script, "pod", "add", "node1", "pod5"])
            #expect(refused.errorText.contains("all 2 blocks of pool small are taken"), "\(refused.errorText)")

            try await lab("agent", "stop", "node2")
            try await lab.forget("node2")
            _ = try await lab.delete("node2", "--force")
            #expect(try await lab.run([Lab.script, "pod", "add", "node1", "pod5"]).succeeded == false)
            let freed = try await lab.delete("node2", "--force", "--reuse")
            #expect(freed.text.contains("  10.245.0.0/31 freed"), "\(freed.text)\(freed.errorText)")
            #expect(try await lab.start("pod5", on: "node1")[0].hasPrefix("10.245.0."))
        }
    }
}

extension Lab {
    fileprivate func delete(_ node: String, _ words: String...) async throws -> Completion {
        try await run([Self.script, "exec", "master", "martletctl", "node", "delete", "\(node).whale.com"] + words)
    }
}
