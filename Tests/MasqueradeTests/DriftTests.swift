import TestKit
import Testing

/// What happens to the table behind Martlet's back, and whether one look notices.
@Suite("A look at the table")
struct DriftTests {
    @Test("finds nothing in an empty ruleset and everything after an installation")
    func installation() async throws {
        let namespace = try await Namespace.make()
        #expect(try await !Plan.mixed.isInPlace(in: namespace))
        try await Plan.mixed.install(in: namespace)
        #expect(try await Plan.mixed.isInPlace(in: namespace))
    }

    @Test(
        "notices what is gone or added, and an installation mends it",
        arguments: [
            "flush ruleset", "delete table inet martlet", "flush table inet martlet",
            "flush chain inet martlet postrouting", "flush chain inet martlet prerouting",
            "flush chain inet martlet postrouting; delete chain inet martlet postrouting",
            "add rule inet martlet postrouting accept", "insert rule inet martlet prerouting counter accept",
            "add chain inet martlet mine; add rule inet martlet mine drop comment \"martlet: nat-outgoing 0\"",
            "flush table inet martlet; delete set inet martlet nat6",
        ])
    func changes(_ command: String) async throws {
        let namespace = try await Namespace.make()
        try await Plan.mixed.install(in: namespace)
        #expect(try await namespace.nft(command).succeeded)
        #expect(try await !Plan.mixed.isInPlace(in: namespace))
        try await Plan.mixed.install(in: namespace)
        #expect(try await Plan.mixed.isInPlace(in: namespace))
    }

    @Test("notices that any one of the rules is gone", arguments: 0..<3)
    func missingRule(_ number: Int) async throws {
        let namespace = try await Namespace.make()
        try await Plan.mixed.install(in: namespace)
        var rules: [(chain: String, handle: Int)] = []
        for chain in ["postrouting", "prerouting"] {
            rules += try await namespace.ruleHandles(chain).map { (chain, $0) }
        }
        try #require(rules.count == 3)
        let (chain, handle) = rules[number]
        #expect(try await namespace.nft("delete rule inet martlet \(chain) handle \(handle)").succeeded)
        #expect(try await !Plan.mixed.isInPlace(in: namespace))
    }

    @Test(
        "need not look at the sets, because the kernel lets nobody change them",
        arguments: [
            "flush set inet martlet pools4", "flush set inet martlet nat4", "flush set inet martlet pools6",
            "flush set inet martlet nat6", "delete element inet martlet pools4 { 10.250.0.0/24 }",
            "delete element inet martlet nat6 { fd00:10::/48 }", "add element inet martlet pools4 { 192.0.2.0/24 }",
            "add element inet martlet nat6 { 2001:db8::/32 }", "delete set inet martlet nat4",
            "flush table inet martlet; flush set inet martlet pools4",
        ])
    func sets(_ command: String) async throws {
        let namespace = try await Namespace.make()
        try await Plan.mixed.install(in: namespace)
        let before = try await namespace.must("/usr/sbin/nft", "list", "ruleset")
        let completion = try await namespace.nft(command)
        #expect(!completion.succeeded)
        #expect(completion.errorText.contains("Device or resource busy"))
        #expect(try await namespace.must("/usr/sbin/nft", "list", "ruleset") == before)
    }

    @Test(
        "does not mind other tables",
        arguments: [
            "add table ip martlet; add chain ip martlet c; add rule ip martlet c drop",
            "add table inet other; add chain inet other c; add rule inet other c drop comment \"martlet: nat-outgoing\"",
            "add table inet martlet2; add chain inet martlet2 postrouting; add rule inet martlet2 postrouting accept",
        ])
    func otherTables(_ command: String) async throws {
        let namespace = try await Namespace.make()
        #expect(try await namespace.nft(command).succeeded)
        try await Plan.mixed.install(in: namespace)
        let foreign = try await namespace.must("/usr/sbin/nft", "list", "ruleset").split(
            separator: "table inet martlet {")
        #expect(foreign.first?.contains("table") == true)
        #expect(try await Plan.mixed.isInPlace(in: namespace))
    }

    @Test("knows the table again after the ruleset was saved, flushed and restored")
    func restoration() async throws {
        let namespace = try await Namespace.make()
        try await Plan.mixed.install(in: namespace)
        let saved = try await namespace.must("/usr/sbin/nft", "list", "ruleset")
        #expect(try await namespace.nft("flush ruleset\n" + saved).succeeded)
        #expect(try await Plan.mixed.isInPlace(in: namespace))
    }

    @Test("tells every plan's table from every other's")
    func otherPlans() async throws {
        let namespace = try await Namespace.make()
        var other = Plan.mixed
        other.guardsIPv6Sources = false
        var third = Plan.mixed
        third.pools.removeLast()
        let plans = [
            Plan.mixed, other, third, Plan(pools: ["10.244.0.0/16"], masqueraded: [], guardsIPv6Sources: true),
        ]
        for (index, plan) in plans.enumerated() {
            try await plan.install(in: namespace)
            for (number, candidate) in plans.enumerated() {
                #expect(try await candidate.isInPlace(in: namespace) == (number == index), "\(number) over \(index)")
            }
        }
    }

    @Test("tells that a table for other pools serves a plan, and one that lacks a rule or has a stranger's does not")
    func service() async throws {
        let namespace = try await Namespace.make()
        #expect(try await !Plan.mixed.isServed(in: namespace))
        var older = Plan.mixed
        older.pools.removeLast()
        try await older.install(in: namespace)
        #expect(try await !Plan.mixed.isInPlace(in: namespace))
        #expect(try await Plan.mixed.isServed(in: namespace))
        var lacking = Plan.mixed
        lacking.guardsIPv6Sources = false
        try await lacking.install(in: namespace)
        #expect(try await !Plan.mixed.isServed(in: namespace))
        try await Plan.mixed.install(in: namespace)
        #expect(try await lacking.isServed(in: namespace))
        #expect(try await namespace.nft("add rule inet martlet postrouting accept").succeeded)
        #expect(try await !Plan.mixed.isServed(in: namespace))
    }

    @Test("says so when it may not ask")
    func permission() async throws {
        let namespace = try await Namespace.make()
        let wrapper = ["/usr/bin/setpriv", "--inh-caps=-net_admin", "--bounding-set=-net_admin"]
        let completion = try await Plan.mixed.ask("look", in: namespace, through: wrapper)
        #expect(!completion.succeeded)
        #expect(completion.text.contains("Operation not permitted"))
    }
}
