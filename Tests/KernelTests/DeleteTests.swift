import TestKit
import Testing

@Suite("DEL")
struct DeleteTests {
    @Test("takes back everything an ADD made but the node's claim on its block")
    func inverse() async throws {
        try await withNode { node in
            let first = try await node.pod()
            try await node.add(first)
            try await node.delete(first)
            let before = try await node.snapshot()
            #expect(before.lines[.leases] == [])
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            #expect(try await !node.snapshot().changes(since: before).isEmpty)
            try await node.delete(pod)
            try await node.expectUnchanged(since: before)
            try await expectEqual(node.namespace.link(host), nil)
            try await expectEqual(pod.namespace.links().map(\.name), ["lo"])
            try await expectEqual(node.ledger.blocks().count, 1)
            try await expectEqual(node.namespace.blackholes(), ["10.244.0.0/26"])
        }
    }

    @Test("can be said again and again")
    func repeated() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            for _ in 0..<3 { try await node.delete(pod) }
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("has the link gone when it answers, also when the pod's namespace is alive")
    func immediate() async throws {
        try await withNode { node in
            for _ in 0..<5 {
                let pod = try await node.pod()
                let host = try await node.add(pod).resultHostLink()
                try await node.delete(pod)
                try await expectEqual(node.namespace.link(host), nil)
                try await expectEqual(pod.namespace.link("eth0"), nil)
            }
        }
    }

    @Test("leaves other pods of the same network alone")
    func others() async throws {
        try await withNode { node in
            let (stays, goes) = (try await node.pod(), try await node.pod())
            let kept = try await node.add(stays)
            try await node.add(goes)
            try await node.delete(goes)
            try await expectEqual(node.ledger.leases().map(\.container), [stays.id])
            #expect(try await node.namespace.pings(kept.resultAddress()))
        }
    }

    @Test("closes its standard output at once, so that a runtime that reads to the end need not wait")
    func closesOutput() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            let outcome = try await node.cni(.delete, pod)
            try outcome.result()
            #expect(outcome.completion.duration < .seconds(2))
        }
    }

    @Test("leaves nothing behind that uses the ledger: its file system can be remounted read-only at once")
    func remount() async throws {
        try await withNode(.smallDisk) { node in
            for _ in 0..<5 {
                let pod = try await node.pod()
                try await node.add(pod)
                try await node.delete(pod)
                try await node.namespace.must("/bin/mount", "-o", "remount,ro", node.folder.path)
                try await node.namespace.must("/bin/mount", "-o", "remount,rw", node.folder.path)
            }
        }
    }
}
