import Addressing
import IPAM
import Registry
import Testing

/// The claim as a value: what it asks, and what it makes of the answers.
@Suite("claim of a block")
struct ClaimTests {
    private func pool(_ cidr: String, blockLength: Int = 26) throws -> Pool {
        Pool(name: "pods", cidr: try Prefix(parsing: cidr), blockLength: blockLength)
    }

    private func object(
        _ cidr: String, _ owner: String = "other", state: BlockRecord.State = .owned, until: Int? = nil,
        revision: String = "7"
    ) throws -> RegistryObject {
        let record = BlockRecord(
            try Prefix(parsing: cidr), pool: "pods", owner: owner, claim: "of \(owner)", claimedAt: 1, state: state,
            claimableAt: until)
        return RegistryObject(record.key, RegistryRevision(revision), body: record.body)
    }

    /// Answers look-ups from these objects until something else is asked, which is returned.
    private func settle(_ claim: inout RegistryClaim, _ objects: [RegistryObject]) -> RegistryClaim.Action {
        let sorted = objects.sorted { $0.key.name < $1.key.name }
        while case .list(let name, let limit) = claim.action {
            claim.hear(.listed(Array(sorted.filter { $0.key.name >= name }.prefix(limit))))
        }
        return claim.action
    }

    private func wanted(_ action: RegistryClaim.Action) -> String? {
        guard case .create(let record) = action else { return nil }
        return record.cidr.description
    }

    @Test("begins at the documented place, with one look-up")
    func start() throws {
        // FNV-1a of "node1" is 0xca4eba7207232f14; folded, modulo 1024.
        let hash: UInt64 = 0xCA4E_BA72_0723_2F14
        #expect(fnv1a("node1") == hash)
        let index = (hash ^ 0xCA4E_BA72) % 1024
        var claim = RegistryClaim(of: try pool("10.244.0.0/16"), for: "node1", now: 5, claim: "c")
        guard case .list(let name, _) = claim.action else { return #expect(Bool(false), "\(claim.action)") }
        #expect(name < BlockRecord.name(of: try Prefix(parsing: "10.244.0.0/16")) || name.hasPrefix("4-0af4"))
        claim.hear(.listed([]))
        let block = try #require(try Prefix(parsing: "10.244.0.0/16").subdivision(at: UInt128(index), length: 26))
        let record = BlockRecord(block, pool: "pods", owner: "node1", claim: "c", claimedAt: 5)
        #expect(claim.action == .create(record))
        claim.hear(.written(RegistryRevision("1")))
        #expect(claim.action == .end(.won(record, RegistryRevision("1"))))
    }

    @Test(
        "1,000 nodes begin at about as many places as chance alone would give",
        arguments: [
            "node%", "node%.whale.com", "ip-10-0-0-%.eu-west-1.compute.internal", "rack-%-a",
        ])
    func spread(_ pattern: String) {
        let starts = (0..<1000).map { RegistryClaim.start(of: pattern.replacing("%", with: "\($0)"), among: 1024) }
        // Chance: 638.
        #expect(Set(starts).count > 580)
        // No place is wanted by many.
        let crowds = Dictionary(grouping: starts, by: \.self).values.map(\.count)
        #expect(crowds.max() ?? 0 <= 8)
    }

    @Test("passes over what is taken, wraps around once, and says when there is nothing")
    func around() throws {
        let pool = try pool("10.244.0.0/24")
        let all = ["10.244.0.0/26", "10.244.0.64/26", "10.244.0.128/26", "10.244.0.192/26"]
        for free in all {
            var claim = RegistryClaim(of: pool, for: "n1", now: 1)
            let taken = try all.filter { $0 != free }.map { try object($0) }
            #expect(wanted(settle(&claim, taken)) == free)
        }
        var claim = RegistryClaim(of: pool, for: "n1", now: 1)
        #expect(settle(&claim, try all.map { try object($0) }) == .end(.nothingFree(.full(pool: "pods", blocks: 4))))
    }

    @Test("takes the next gap when another was faster, and gives up after one round")
    func lostRaces() throws {
        var claim = RegistryClaim(of: try pool("10.244.0.0/24"), for: "n1", now: 1)
        var seen: [String] = []
        while let block = wanted(settle(&claim, [])) {
            seen.append(block)
            claim.hear(.conflict(try object(block)))
        }
        #expect(Set(seen).count == 4)
        #expect(seen.count == 4)
        #expect(claim.action == .end(.nothingFree(.full(pool: "pods", blocks: 4))))
    }

    @Test("asks for the very same again without an answer, and knows its own claim")
    func unclear() throws {
        var claim = RegistryClaim(of: try pool("10.244.0.0/24"), for: "n1", now: 1, claim: "mine")
        let asked = settle(&claim, [])
        claim.hear(.unclear)
        #expect(claim.action == asked)
        guard case .create(let record) = asked else { return #expect(Bool(false), "\(asked)") }
        let revision = RegistryRevision("9")
        claim.hear(.conflict(RegistryObject(record.key, revision, body: record.body)))
        #expect(claim.action == .end(.won(record, revision)))
    }

    @Test("the node's own block of an earlier claim is no block for this one")
    func earlier() throws {
        var claim = RegistryClaim(of: try pool("10.244.0.0/25"), for: "n1", now: 1)
        let taken = [try object("10.244.0.0/26", "n1"), try object("10.244.0.64/26", "n1")]
        #expect(settle(&claim, taken) == .end(.nothingFree(.full(pool: "pods", blocks: 2))))
    }

    @Test("a block of another size takes all that it covers: a larger one before the place, a smaller one in it")
    func otherSizes() throws {
        var claim = RegistryClaim(of: try pool("10.244.0.0/24"), for: "n1", now: 1)
        let taken = [try object("10.244.0.0/25"), try object("10.244.0.200/29")]
        #expect(wanted(settle(&claim, taken)) == "10.244.0.128/26")
        var other = RegistryClaim(of: try pool("10.244.0.0/24"), for: "n1", now: 1)
        #expect(settle(&other, [try object("10.244.0.0/20")]) == .end(.nothingFree(.full(pool: "pods", blocks: 4))))
    }

    @Test("goes on listing where one window of blocks is not enough")
    func windows() throws {
        let pool = try pool("10.244.0.0/20", blockLength: 31)
        let free = 1234
        let taken = try (0..<2048).filter { $0 != free }.map { number in
            try object("\(try #require(pool.cidr.subdivision(at: UInt128(number), length: 31)))")
        }
        for node in ["n1", "n2", "n3"] {
            var claim = RegistryClaim(of: pool, for: node, now: 1)
            #expect(wanted(settle(&claim, taken)) == "10.244.9.164/31")
        }
    }

    @Test("passes over blocks that are reserved whole, by one reservation or several, and over no other")
    func reservations() throws {
        func claim(_ reserved: String...) throws -> String? {
            var claim = RegistryClaim(
                of: try pool("10.244.0.0/25"), for: "n1", reservations: try reserved.map { try Prefix(parsing: $0) },
                now: 1)
            return wanted(settle(&claim, []))
        }
        #expect(try claim("10.244.0.0/26") == "10.244.0.64/26")
        #expect(try claim("10.244.0.64/27", "10.244.0.96/27") == "10.244.0.0/26")
        #expect(try claim("10.244.0.64/27", "10.244.0.0/26") == "10.244.0.64/26")
        #expect(try claim("10.244.0.0/16") == nil)
    }

    @Test("a reservation of more blocks than can be counted is passed over at once")
    func hugeReservation() throws {
        let pool = Pool(name: "six", cidr: try Prefix(parsing: "fd00::/48"))
        var claim = RegistryClaim(
            of: pool, for: "n1",
            reservations: [try Prefix(parsing: "fd00::/49"), try Prefix(parsing: "fd00:0:0:8000::/50")],
            now: 1)
        let block = try Prefix(parsing: try #require(wanted(settle(&claim, []))))
        #expect(try Prefix(parsing: "fd00:0:0:c000::/50").contains(block))
    }

    @Test("keeps to the node's part of the pool")
    func range() throws {
        let pool = try pool("10.244.0.0/16")
        func outcome(_ range: String) throws -> RegistryClaim.Action {
            var claim = RegistryClaim(of: pool, for: "n1", within: try Prefix(parsing: range), now: 1)
            return settle(&claim, [])
        }
        let part = try Prefix(parsing: "10.244.7.0/24")
        #expect(part.contains(try Prefix(parsing: try #require(wanted(try outcome("10.244.7.0/24"))))))
        #expect(try wanted(outcome("10.0.0.0/8")) != nil)
        #expect(
            try outcome("10.9.0.0/16")
                == .end(.nothingFree(.outside(pool: "pods", range: try Prefix(parsing: "10.9.0.0/16")))))
        let small = try Prefix(parsing: "10.244.7.0/27")
        #expect(
            try outcome("10.244.7.0/27")
                == .end(.nothingFree(.tooSmall(pool: "pods", range: small, blockLength: 26))))
    }

    @Test("an orphan is taken over by its revision, once its time has come and only where there is no gap")
    func orphans() throws {
        let pool = try pool("10.244.0.0/25")
        let ripe = try object("10.244.0.0/26", "gone", state: .orphaned, until: 100)
        let unripe = try object("10.244.0.64/26", "gone", state: .orphaned, until: 101)
        var claim = RegistryClaim(of: pool, for: "n1", now: 100, claim: "c")
        #expect(wanted(settle(&claim, [ripe])) == "10.244.0.64/26")
        var full = RegistryClaim(of: pool, for: "n1", now: 100, claim: "c")
        let record = BlockRecord(
            try Prefix(parsing: "10.244.0.0/26"), pool: "pods", owner: "n1", claim: "c", claimedAt: 100)
        #expect(settle(&full, [ripe, unripe]) == .takeOver(record, RegistryRevision("7")))
        // Another was faster.
        full.hear(.conflict(try object("10.244.0.0/26", "n2")))
        #expect(full.action == .end(.nothingFree(.full(pool: "pods", blocks: 2))))
    }

    @Test("an object that cannot be read takes the block that its name stands for; one that is no block, nothing")
    func unreadable() throws {
        var claim = RegistryClaim(of: try pool("10.244.0.0/25"), for: "n1", now: 1)
        let broken = RegistryObject(RegistryKey(.block, "4-0af40000-26"), RegistryRevision("1"), body: "?")
        let strange = RegistryObject(RegistryKey(.block, "4-0af40040"), RegistryRevision("1"), body: "{}")
        #expect(wanted(settle(&claim, [broken, strange])) == "10.244.0.64/26")
    }

    @Test("a block of the ledger's is adopted: made, known again, taken over, or known to be another's")
    func adoption() throws {
        func adopt(_ objects: RegistryObject...) throws -> RegistryClaim.Action {
            var claim = RegistryClaim(
                adopting: try Prefix(parsing: "10.244.3.0/26"), of: "pods", for: "n1", now: 100, claim: "c")
            return settle(&claim, objects)
        }
        func record(_ object: RegistryObject) throws -> BlockRecord { try BlockRecord(object) }
        #expect(try wanted(adopt(object("10.244.2.192/26"), object("10.244.3.64/26"))) == "10.244.3.0/26")
        let own = try object("10.244.3.0/26", "n1")
        #expect(try adopt(own) == .end(.won(record(own), own.revision)))
        let other = try object("10.244.3.0/26", "n2")
        #expect(try adopt(other) == .end(.nothingFree(.taken(by: record(other)))))
        let lost = try object("10.244.3.0/26", "n1", state: .orphaned, until: 101)
        #expect(try adopt(lost) == .end(.nothingFree(.taken(by: record(lost)))))
        let ripe = try object("10.244.3.0/26", "n1", state: .orphaned, until: 100)
        guard case .takeOver(let taken, ripe.revision) = try adopt(ripe) else { return #expect(Bool(false)) }
        #expect(taken.cidr == (try record(ripe)).cidr)
        let larger = try object("10.244.2.0/23")
        #expect(try adopt(larger) == .end(.nothingFree(.taken(by: record(larger)))))
    }
}
