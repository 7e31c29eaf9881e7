import Addressing
import IPAM
import Ledger

extension LedgerSnapshot {
    /// Whether a node does without a block of its own: its pool gives out nothing new, or as many addresses of its family
    /// as it wants at hand are free in others.
    func isSpare(_ cidr: Prefix, of node: String, lowWater: Int) -> Bool {
        let open = Set(pools.filter { !$0.isClosed }.map(\.id))
        let own = blocks.filter { $0.owner == node && $0.cidr.family == cidr.family }
        guard let block = own.first(where: { $0.cidr == cidr }), open.contains(block.pool) else { return true }
        let leased = Dictionary(grouping: leases, by: \.lease.block).mapValues(\.count)
        let free = own.filter { $0.id != block.id && open.contains($0.pool) }
            .reduce(UInt128(0)) { $0 + $1.cidr.count - UInt128(leased[$1.id] ?? 0) }
        return free >= UInt128(lowWater)
    }
}
