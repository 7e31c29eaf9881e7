import TestKit
import Testing

@Suite("After a reboot")
struct RebootTests {
    @Test("leases without a link are reclaimed by the first ADD, and those with a living link are not")
    func reclaim() async throws {
        try await withNode { node in
            let (dead, alive) = (try await node.pod(), try await node.pod())
            let gone = try await node.add(dead)
            let kept = try await node.add(alive)
            try await node.namespace.ip("link del \(gone.resultHostLink())")
            try await node.ledger.pretendReboot()
            let new = try await node.pod()
            try await node.add(new)
            #expect(Set(try await node.ledger.leases().map(\.container)) == [alive.id, new.id])
            #expect(try await node.namespace.pings(kept.resultAddress()))
        }
    }

    @Test("the blackholes of all blocks that are used come back")
    func blackholes() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            try await node.namespace.ip("route flush proto 80")
            try await node.ledger.pretendReboot()
            try await node.add(try await node.pod())
            try await expectEqual(node.namespace.blackholes(), Set(node.ledger.blocks().map(\.cidr)))
        }
    }

    @Test("a full pool serves again at once")
    func fullPool() async throws {
        try await withNode { node in
            let configuration = node.configuration().setting(
                "ipam.pools", [["name": "pool", "cidr": "10.244.0.0/30", "blockSize": 30]])
            for _ in 0..<4 {
                let result = try await node.add(try await node.pod(), configuration: configuration)
                try await node.namespace.ip("link del \(result.resultHostLink())")
            }
            #expect(try await !node.cni(.add, try await node.pod(), configuration: configuration).succeeded)
            try await node.ledger.pretendReboot()
            for _ in 0..<4 { try await node.add(try await node.pod(), configuration: configuration) }
            try await expectEqual(node.ledger.leases().count, 4)
        }
    }

    @Test("another node's leases in the same ledger are not touched")
    func otherNode() async throws {
        try await withNode { node in
            let other = try await node.neighbour("n2")
            let theirs = try await other.pod()
            let kept = try await other.add(theirs)
            try await node.add(try await node.pod())
            try await node.ledger.pretendReboot()
            try await node.add(try await node.pod())
            #expect(try await node.ledger.leases().map(\.container).contains(theirs.id))
            #expect(try await other.namespace.pings(kept.resultAddress()))
        }
    }

    @Test("DEL of a pod from before it works")
    func deletion() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            try await node.namespace.ip("link del \(host)")
            try await node.ledger.pretendReboot()
            try await node.cni(.delete, pod, variables: ["CNI_NETNS": ""]).result()
            #expect(try await node.ledger.leases().isEmpty)
        }
    }
}
