import Registry
import Resources

/// What of the cluster concerns the ledger of one node. Most changes are of other nodes and their blocks, and every node
/// hears of them all.
struct NodePart: Equatable {
    let pools: [String: IPPool]
    let reservations: [String: IPReservation]
    let node: Node?
    /// The node's own blocks.
    let blocks: [RegistryKey: BlockRecord]
    /// Names of the pools of which nodes may claim blocks ahead of need.
    let ample: Set<String>

    init(_ cluster: Cluster, of node: String) {
        pools = cluster.pools
        reservations = cluster.reservations
        self.node = cluster.nodes[node]
        blocks = cluster.blocks.filter { $0.value.owner == node }
        ample = Set(cluster.pools.values.filter(cluster.isAmple).map(\.name))
    }
}

extension Cluster {
    /// Whether more than a quarter of a pool's blocks is free.
    func isAmple(_ pool: IPPool) -> Bool {
        let all = pool.cidr.subdivisionCount(length: pool.blockSize)
        let taken = UInt128(blocks.values.count { pool.cidr.contains($0.cidr) })
        return taken * 4 < all * 3
    }
}
