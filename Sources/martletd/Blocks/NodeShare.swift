import Registry
import Resources

/// What of all that the cluster has agreed on concerns one node's ledger: when nothing of it has changed, there is nothing
/// to write.
struct NodeShare: Hashable, Sendable {
    let pools: [IPPool]
    let reservations: [IPReservation]
    let node: Node?
    /// The blocks that are the node's by the registry.
    let blocks: [BlockRecord]

    init(of cluster: Cluster, for node: String) {
        pools = cluster.pools.values.sorted { $0.name < $1.name }
        reservations = cluster.reservations.values.sorted { $0.name < $1.name }
        self.node = cluster.nodes[node]
        blocks = cluster.blocks.values.filter { $0.owner == node && $0.state == .owned }
            .sorted { $0.cidr < $1.cidr }
    }
}
