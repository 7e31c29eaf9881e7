import Addressing
import IPAM
import Ledger
import Testing

/// Blocks of pools that are the cluster's: the agent gets them and loses them.
@Suite struct SharingTests {
    @Test func `nothing is claimed of a shared pool but by the agent`() throws {
        try transaction { ledger in
            try ledger.mirror(pools: [pool("all", "10.1.0.0/24")])
            #expect(ledger.give(wish(1)) == "wants a block of all")
            #expect(ledger.give(wish(1, "10.1.0.9")) == "wants a block of all with 10.1.0.9")
            #expect(try ledger.ownedBlocks().isEmpty)
            #expect(try ledger.add(block: prefix("10.1.0.8/30"), pool: "all"))
            #expect(try !ledger.add(block: prefix("10.1.0.8/30"), pool: "all"))
            #expect(ledger.give(wish(1)) == "10.1.0.8")
            #expect(ledger.give(wish(2, "10.1.0.11")) == "10.1.0.11")
        }
    }

    @Test func `a full node wants a block of the pools before its own first claimable one`() throws {
        try transaction { ledger in
            try ledger.mirror(pools: [pool("a", "10.1.0.0/24"), pool("c", "10.3.0.0/24")])
            _ = try ledger.declare([pool("b", "10.2.0.0/24")])
            #expect(ledger.give(wish(1)) == "wants a block of a")
            var modest = wish(1)
            modest.awaitsBlocks = false
            #expect(ledger.give(modest) == "10.2.0.0")
        }
    }

    @Test func `a pool whose blocks are all here wants no more of them`() throws {
        try transaction { ledger in
            try ledger.mirror(pools: [pool("all", "10.1.0.0/30")])
            _ = try ledger.add(block: prefix("10.1.0.0/30"), pool: "all")
            for number in 0..<4 { _ = ledger.give(wish(number)) }
            #expect(ledger.give(wish(9)) == "nothing left")
        }
    }

    @Test(arguments: ["n2", ""])
    func `nothing is leased from a lost block, and its leases end as ever`(owner: String) throws {
        try transaction { ledger in
            try ledger.mirror(pools: [pool("all", "10.1.0.0/24")])
            let block = prefix("10.1.0.0/30")
            _ = try ledger.add(block: block, pool: "all")
            for number in 0..<3 { _ = ledger.give(wish(number)) }
            try ledger.take(0)
            #expect(try ledger.lose(block: block, to: owner))
            #expect(try !ledger.lose(block: block, to: owner))
            #expect(ledger.give(wish(9)) == "wants a block of all")
            #expect(ledger.give(wish(9, "10.1.0.0")).contains("ownedElsewhere"))
            #expect(try ledger.freeAddresses(.ipv4) == 0)
            #expect(try ledger.leases(of: attachment(1)).map(\.isInOwnBlock) == [false])
            #expect(try ledger.leases(ofNetwork: "pods").count == 2)
            try ledger.take(1)
            try ledger.removeLostBlocks()
            #expect(ledger.give(wish(9)) == "wants a block of all")
            #expect(try ledger.owners() == [owner])
            try ledger.take(2)
            try ledger.removeLostBlocks()
            #expect(try ledger.owners().isEmpty)
        }
    }

    @Test func `a lost block without leases is forgotten`() throws {
        try transaction { ledger in
            try ledger.mirror(pools: [pool("all", "10.1.0.0/24")])
            _ = try ledger.add(block: prefix("10.1.0.0/30"), pool: "all")
            #expect(try ledger.lose(block: prefix("10.1.0.0/30"), to: "n2"))
            #expect(try ledger.owners().isEmpty)
        }
    }

    @Test func `a block that comes back has what was freed in it meanwhile`() throws {
        try transaction { ledger in
            try ledger.mirror(pools: [pool("all", "10.1.0.0/24")])
            _ = try ledger.add(block: prefix("10.1.0.0/30"), pool: "all")
            _ = try ledger.add(block: prefix("10.1.0.4/30"), pool: "all")
            for number in 0..<8 { _ = ledger.give(wish(number)) }
            try ledger.take(1)
            try ledger.take(5)
            _ = try ledger.lose(block: prefix("10.1.0.0/30"), to: "n2")
            try ledger.take(2)
            #expect(try ledger.freeAddresses(.ipv4) == 1)
            #expect(try ledger.add(block: prefix("10.1.0.0/30"), pool: "all"))
            #expect(try ledger.freeAddresses(.ipv4) == 3)
            #expect((10..<13).map { ledger.give(wish($0)) } == ["10.1.0.5", "10.1.0.1", "10.1.0.2"])
        }
    }

    @Test func `free addresses are those that a pod can get without a new block`() throws {
        try transaction { ledger in
            var manual = pool("manual", "10.2.0.0/24")
            manual.isAutomatic = false
            try ledger.mirror(pools: [pool("all", "10.1.0.0/24"), manual])
            _ = try ledger.declare([pool("own", "10.3.0.0/24")])
            #expect(try ledger.freeAddresses(.ipv4) == 0)
            _ = try ledger.add(block: prefix("10.1.0.0/30"), pool: "all")
            _ = try ledger.add(block: prefix("10.2.0.0/30"), pool: "manual")
            _ = ledger.give(wish(1))
            #expect(try ledger.freeAddresses(.ipv4) == 3)
            try ledger.take(1)
            #expect(try ledger.freeAddresses(.ipv4) == 4)
            try ledger.declare(reservation: "printers", [prefix("10.1.0.2/31")])
            #expect(try ledger.freeAddresses(.ipv4) == 2)
            #expect(try ledger.freeAddresses(.ipv6) == 0)
        }
    }

    @Test func `a block must be one of its pool's`() throws {
        try transaction { ledger in
            try ledger.mirror(pools: [pool("all", "10.1.0.0/24")])
            #expect(
                refused { () throws(LedgerError) in _ = try ledger.add(block: prefix("10.2.0.0/30"), pool: "all") }
                    == "block 10.2.0.0/30 is none of pool \"all\" (10.1.0.0/24), whose blocks are of /30")
            #expect(
                refused { () throws(LedgerError) in _ = try ledger.add(block: prefix("10.1.0.0/30"), pool: "none") }
                    == "block 10.1.0.0/30 is of pool \"none\", which is not in the ledger")
        }
    }
}

extension Ledger {
    /// What pods can get that name no pool.
    fileprivate borrowing func freeAddresses(_ family: AddressFamily) throws(LedgerError) -> Int {
        try freeAddresses(in: try servingPools(family))
    }
}
