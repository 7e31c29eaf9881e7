import IPAM
import Ledger
import Testing

/// What the agent copies from the registry.
@Suite struct MirroringTests {
    @Test func `the shared pools are exactly those of the cluster`() throws {
        try transaction { ledger in
            let own = pool("own", "10.9.0.0/24")
            _ = try ledger.declare([own])
            #expect(try ledger.mirror(pools: [pool("a", "10.1.0.0/24"), pool("b", "10.2.0.0/24")]) == ["a", "b"])
            #expect(try ledger.mirror(pools: [pool("a", "10.1.0.0/24"), pool("b", "10.2.0.0/24")]).isEmpty)
            #expect(try ledger.mirror(pools: [pool("a", "10.1.0.0/16")]) == ["a", "b"])
            #expect(
                try ledger.pools().map { "\($0.name) \($0.cidr) \($0.isShared)" }
                    == ["a 10.1.0.0/16 true", "own 10.9.0.0/24 false"])
        }
    }

    @Test func `a pool that is gone is drained and goes with its last block`() throws {
        try transaction { ledger in
            try ledger.mirror(pools: [pool("a", "10.1.0.0/24")])
            _ = try ledger.add(block: prefix("10.1.0.0/30"), pool: "a")
            _ = ledger.give(wish(1))
            try ledger.mirror(pools: [])
            #expect(try ledger.pools().map(\.isDraining) == [true])
            #expect(ledger.give(wish(2)) == "nothing left")
            try ledger.take(1)
            for block in try ledger.emptyBlocks() { #expect(try ledger.giveBack(block)) }
            try ledger.mirror(pools: [])
            try ledger.removeDrainedPools()
            #expect(try ledger.pools().isEmpty)
        }
    }

    @Test func `a pool keeps its blocks under another name`() throws {
        try transaction { ledger in
            try ledger.mirror(pools: [pool("a", "10.1.0.0/24")])
            _ = try ledger.add(block: prefix("10.1.0.0/30"), pool: "a")
            try ledger.mirror(pools: [pool("b", "10.1.0.0/24")])
            #expect(try ledger.pools().map(\.name) == ["b"])
            #expect(ledger.give(wish(1)) == "10.1.0.0")
        }
    }

    @Test func `a pool of the node's own becomes the cluster's where names and ranges agree`() throws {
        try transaction { ledger in
            #expect(ledger.give(wish(1, configured: [pool("a", "10.1.0.0/24")])) == "10.1.0.0")
            try ledger.mirror(pools: [pool("a", "10.1.0.0/24")])
            #expect(try ledger.pools().map(\.isShared) == [true])
            #expect(ledger.give(wish(2, configured: [pool("a", "10.1.0.0/24")])) == "10.1.0.1")
            #expect(try ledger.pools().map(\.isConfigured) == [false])
        }
    }

    @Test func `an overlap with a pool of the node's own names both`() throws {
        try transaction { ledger in
            _ = try ledger.declare([pool("own", "10.1.0.0/24")])
            #expect(
                refused { () throws(LedgerError) in try ledger.mirror(pools: [pool("a", "10.1.0.0/16")]) }
                    == "pool \"a\" (10.1.0.0/16) of the cluster overlaps pool \"own\" (10.1.0.0/24), which is this "
                    + "node's own; delete its pods and the pool, or choose another range for the cluster's")
        }
    }

    @Test(arguments: [pool("a", "10.2.0.0/24"), pool("a", "10.1.0.0/24", blockLength: 29)])
    func `a pool in use keeps its range and its blocks' length`(changed: Pool) throws {
        try transaction { ledger in
            try ledger.mirror(pools: [pool("a", "10.1.0.0/24")])
            _ = try ledger.add(block: prefix("10.1.0.0/30"), pool: "a")
            #expect(
                refused { () throws(LedgerError) in try ledger.mirror(pools: [changed]) }
                    .contains("10.1.0.0/30 (n1, 0 leases)"))
        }
    }

    @Test func `operators and configurations cannot change a copy`() throws {
        try transaction { ledger in
            try ledger.mirror(pools: [pool("a", "10.1.0.0/24")])
            let expected =
                "pool \"a\" is the cluster's, and the ledger has a copy of it; change it where martletd reads it from"
            #expect(refused { () throws(LedgerError) in try ledger.drain(pool: "a", isForced: true) } == expected)
            #expect(
                refused { () throws(LedgerError) in _ = try ledger.declare([pool("a", "10.1.0.0/16")]) } == expected)
            #expect(try ledger.declare([pool("a", "10.1.0.0/24")]).isEmpty)
            #expect(
                ledger.give(wish(1, configured: [pool("a", "10.1.0.0/16")]))
                    == "ipam.pools: pool \"a\" is the cluster's, whose word counts: expected cidr 10.1.0.0/24 and "
                    + "blockSize 30, found 10.1.0.0/16 and 30; say the same, or leave ipam.pools out")
        }
    }

    @Test func `the declared reservations are exactly those of the cluster`() throws {
        try transaction { ledger in
            try ledger.declare(reservation: "old", [prefix("10.1.0.0/31")])
            try ledger.reserve(prefix("10.1.0.3/32"), note: "gateway")
            try ledger.mirror(reservations: [("new", [prefix("10.1.0.2/32")]), ("wide", [prefix("10.3.0.0/16")])])
            #expect(
                try ledger.declaredReservations().map { "\($0.name) \($0.cidrs)" }
                    == ["new [10.1.0.2/32]", "wide [10.3.0.0/16]"])
            try ledger.mirror(pools: [pool("a", "10.1.0.0/24")])
            _ = try ledger.add(block: prefix("10.1.0.0/30"), pool: "a")
            #expect((1...3).map { ledger.give(wish($0)) } == ["10.1.0.0", "10.1.0.1", "wants a block of a"])
        }
    }

    @Test func `the agent's folder stands beside what a lease needs to know`() throws {
        try transaction { ledger in
            #expect(try ledger.standing().agent == nil)
            try ledger.setAgent(folder: "/run/martlet")
            #expect(try ledger.standing().agent == "/run/martlet")
            #expect(try ledger.agent() == "/run/martlet")
            #expect(try ledger.standing().isReclaimed)
            try ledger.setAgent(folder: nil)
            #expect(try ledger.standing().agent == nil)
            #expect(try ledger.agent() == nil)
        }
    }
}
