import Addressing
import JSON
import Testing

@testable import Masquerade

@Suite("A plan")
struct PlanTests {
    private func plan(_ pools: String..., nat: [String] = [], guarding: Bool = false) throws -> MasqueradePlan {
        MasqueradePlan(
            pools: try pools.map { try Prefix(parsing: $0) }, masqueraded: try nat.map { try Prefix(parsing: $0) },
            guardsIPv6Sources: guarding)
    }

    @Test("does not depend on the order or the number of mentions of its prefixes")
    func order() throws {
        let one = try plan("10.2.0.0/16", "10.1.0.0/16", "fd00::/64", nat: ["fd00::/64", "10.1.0.0/16"])
        let other = try plan(
            "fd00::/64", "10.1.0.0/16", "10.2.0.0/16", "10.1.0.0/16", nat: ["10.1.0.0/16", "fd00::/64", "fd00::/64"])
        #expect(one == other)
        #expect(one.digest == other.digest)
        #expect(one.pools.map(\.description) == ["10.1.0.0/16", "10.2.0.0/16", "fd00::/64"])
    }

    @Test("counts what is masqueraded among the pools")
    func union() throws {
        #expect(
            try plan("10.2.0.0/16", nat: ["10.1.0.0/16"]) == plan("10.2.0.0/16", "10.1.0.0/16", nat: ["10.1.0.0/16"]))
    }

    @Test("has a digest of its own for every content")
    func digests() throws {
        let plans = [
            try plan(), try plan(guarding: true), try plan("10.1.0.0/16"), try plan("10.1.0.0/17"),
            try plan("10.1.0.0/16", nat: ["10.1.0.0/16"]),
            try plan("10.1.0.0/16", nat: ["10.1.0.0/16"], guarding: true),
            try plan("10.1.0.0/16", "10.2.0.0/16", nat: ["10.1.0.0/16"]), try plan("10.2.0.0/16", nat: ["10.1.0.0/16"]),
            try plan("10.1.0.0/16", "10.2.0.0/16", nat: ["10.1.0.0/16", "10.2.0.0/16"]),
            try plan("::/96", nat: ["::/96"]), try plan("0.0.0.0/0", nat: ["0.0.0.0/0"]),
            try plan("::/0", nat: ["::/0"]),
            try plan("fd00::/64", nat: ["fd00::/64"]), try plan("fd00:0:0:1::/64", nat: ["fd00:0:0:1::/64"]),
        ]
        let distinct = Set(plans)
        #expect(Set(distinct.map(\.digest)).count == distinct.count)
        #expect(distinct.count == plans.count - 1, "a pool is in the plan by being masqueraded")
    }

    @Test("is written in a form that only changes together with its revision")
    func form() throws {
        let plan = try plan("10.1.0.0/16", "fd00::/64", nat: ["10.1.0.0/16", "fd00::/64"], guarding: true)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in Ruleset.document(for: plan).bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        // Another hash here means another table: raise `Ruleset.revision`, or nodes keep the one they have.
        #expect(Ruleset.revision == 1)
        #expect(hash == 2_616_841_217_675_982_593)
    }
}
