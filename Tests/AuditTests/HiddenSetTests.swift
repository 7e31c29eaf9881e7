import Addressing
import Testing

@testable import Audit

/// By hand, for iptables takes such a rule only where ipset(8) has made the set.
@Suite("A rule about a set that iptables does not tell nft")
struct HiddenSetTests {
    @Test(
        "counts for the filter: who accepts by it means pods, who drops by it means others",
        arguments: [false, true], [FilterRule.Verdict.accept, .drop])
    func benefitOfDoubt(isNegated: Bool, verdict: FilterRule.Verdict) throws {
        let condition: FilterCondition = isNegated ? .not(.hiddenSet) : .hiddenSet
        var chain = FilterChain(
            name: FilterChain.Name(table: "ip filter", chain: "FORWARD"), families: [.ipv4], isForwarding: true,
            dropsByDefault: verdict == .accept)
        chain.rules = [FilterRule(conditions: [condition], verdict: verdict)]
        let packet = PodPacket(link: "cali0", address: try IPAddress(parsing: "10.244.0.1"), isFromPod: true)
        #expect(FilterWalk([chain.name: chain], packet).end(in: chain) == .accepted)
    }
}
