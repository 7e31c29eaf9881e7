import Addressing
import Glibc

/// The nftables table `inet martlet` as it should be.
///
/// What leaves a masqueraded prefix for an address in no pool at all gets the node's address; traffic between pools
/// never does. The plan is for the whole node: it has to hold the pools of all networks there, or two networks would
/// take the table from each other. A plan that asks for nothing is in place when the table has no rule.
package struct MasqueradePlan: Hashable, Sendable {
    /// Every pool there is, disabled ones and those without NAT too; sorted, each once, those masqueraded among them.
    package let pools: [Prefix]
    /// The pools with `natOutgoing`; sorted, each once.
    package let masqueraded: [Prefix]
    /// Whether what a pod sends from an IPv6 address that is not routed to it is dropped.
    ///
    /// Linux has `rp_filter` for IPv4 only. No pool is asked: pods may have addresses of none.
    package let guardsIPv6Sources: Bool

    /// Makes a plan; in what order the prefixes come, and how often, does not matter.
    package init(pools: [Prefix], masqueraded: [Prefix], guardsIPv6Sources: Bool) {
        self.pools = MasqueradePlan.sortedOnce(pools + masqueraded)
        self.masqueraded = MasqueradePlan.sortedOnce(masqueraded)
        self.guardsIPv6Sources = guardsIPv6Sources
    }

    /// The plan of a node: it guards IPv6 sources whatever the pools, for addresses of other plugins need it, too. A kernel
    /// without IPv6 has nothing to guard, and no words for it.
    package init(pools: [Prefix], masqueraded: [Prefix]) {
        let lacksIPv6 = access("/proc/sys/net/ipv6", F_OK) != 0 && errno == ENOENT
        self.init(pools: pools, masqueraded: masqueraded, guardsIPv6Sources: !lacksIPv6)
    }

    /// Names the plan's content and the form of the table that it is written as.
    ///
    /// It stands in the comment of every rule, which is how a table that was made for another plan, or by another
    /// release, is told from this one.
    package var digest: UInt64 {
        var digest = FNV1a()
        digest.add(Ruleset.revision)
        digest.add(UInt64(guardsIPv6Sources ? 1 : 0))
        digest.add(pools)
        digest.add(masqueraded)
        return digest.value
    }

    /// Whether any pool of this family has NAT.
    func masquerades(_ family: AddressFamily) -> Bool {
        for prefix in masqueraded where prefix.family == family { return true }
        return false
    }

    /// By insertion: there are few, they mostly come sorted, and the generic sort costs a process its first use.
    private static func sortedOnce(_ prefixes: [Prefix]) -> [Prefix] {
        var sorted: [Prefix] = []
        sorted.reserveCapacity(prefixes.count)
        for prefix in prefixes {
            var index = sorted.count
            while index > 0, prefix < sorted[index - 1] { index -= 1 }
            if index == 0 || sorted[index - 1] != prefix { sorted.insert(prefix, at: index) }
        }
        return sorted
    }
}

extension FNV1a {
    fileprivate mutating func add(_ prefixes: [Prefix]) {
        add(UInt64(prefixes.count))
        for prefix in prefixes {
            add(UInt64(prefix.family.rawValue) << 8 | UInt64(prefix.length))
            add(UInt64(truncatingIfNeeded: prefix.address.value >> 64))
            add(UInt64(truncatingIfNeeded: prefix.address.value))
        }
    }
}
