import TestKit
import Testing

@Suite("DEL removes the link whatever the ledger's state")
struct BrokenLedgerDeleteTests {
    /// ADD, then an accident, then DEL: the link has to go.
    private func expectLinkGone(
        _ features: Node.Features = [], after accident: (Node) async throws -> Void
    ) async throws {
        try await withNode(features) { node in
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            try await accident(node)
            try await node.delete(pod)
            try await expectEqual(node.namespace.link(host), nil)
            try await expectEqual(pod.namespace.link("eth0"), nil)
        }
    }

    @Test("deleted, with its folder")
    func deleted() async throws {
        try await expectLinkGone { try await $0.namespace.must("/bin/rm", "-r", $0.data) }
    }

    @Test("corrupt: garbage from the first byte on")
    func garbage() async throws {
        try await expectLinkGone { node in
            try await node.namespace.must("/bin/rm", "-f", "\(node.data)/ledger.db-wal", "\(node.data)/ledger.db-shm")
            try writeFile("\(node.data)/ledger.db", String(repeating: "garbage ", count: 4096))
        }
    }

    @Test("corrupt: cut to half a page")
    func truncated() async throws {
        try await expectLinkGone { node in
            try await node.namespace.must("/bin/rm", "-f", "\(node.data)/ledger.db-wal", "\(node.data)/ledger.db-shm")
            try await node.namespace.must("/usr/bin/truncate", "-s", "2048", "\(node.data)/ledger.db")
        }
    }

    @Test("empty")
    func empty() async throws {
        try await expectLinkGone { node in
            try await node.namespace.must("/bin/rm", "-f", "\(node.data)/ledger.db-wal", "\(node.data)/ledger.db-shm")
            try writeFile("\(node.data)/ledger.db", "")
        }
    }

    @Test("of a version newer than this binary, which it leaves as it is")
    func newer() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            try await node.ledger.pretendNewer()
            try await node.delete(pod)
            try await expectEqual(node.namespace.link(host), nil)
            try await expectEqual(node.ledger.leases().count, 1)
        }
    }

    @Test("a directory")
    func directory() async throws {
        try await expectLinkGone { node in
            try await node.namespace.must("/bin/rm", "-r", node.data)
            try await node.namespace.must("/bin/mkdir", "-p", "\(node.data)/ledger.db")
        }
    }

    @Test("read-only; the lease goes with a later DEL")
    func readOnly() async throws {
        try await withNode([.smallDisk]) { node in
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            try await node.makeDiskReadOnly()
            try await node.delete(pod)
            try await expectEqual(node.namespace.link(host), nil)
            try await node.namespace.must("/bin/mount", "-o", "remount,rw", node.folder.path)
            try await expectEqual(node.ledger.leases().count, 1)
            try await node.delete(pod)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("on a full disk")
    func fullDisk() async throws {
        try await withNode([.smallDisk]) { node in
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            try await node.fillDisk()
            try await node.delete(pod)
            try await expectEqual(node.namespace.link(host), nil)
            try await node.freeDisk()
            try await node.delete(pod)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("held by another program for longer than 10 s: error 11 that names the holder, and DEL works later")
    func locked() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            let before = try await node.ledger.leases()
            let holder = try await node.namespace.holdLock("\(node.data)/ledger.lock")
            let outcome = try await node.cni(.delete, pod, timeout: .seconds(30))
            #expect(outcome.completion.duration < .seconds(20))
            let error = try outcome.error()
            #expect(error.code == 11)
            #expect(error.message.contains("\(holder.pid)"), "\(error)")
            try await expectEqual(node.ledger.leases(), before)
            holder.end()
            try await node.delete(pod)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }
}
