import Addressing
import IPAM
import Masquerade

extension MasqueradePlan {
    /// The table of a node with these pools, all that its ledger has.
    init(of pools: [Pool]) {
        var all: [Prefix] = []
        var masqueraded: [Prefix] = []
        for pool in pools {
            all.append(pool.cidr)
            if pool.natOutgoing { masqueraded.append(pool.cidr) }
        }
        self.init(
            pools: all, masqueraded: masqueraded, guardsIPv6Sources: pools.contains { $0.cidr.family == .ipv6 })
    }
}
