import Resources

/// What the cluster has agreed on about routing; the same on every node.
package struct Mesh: Hashable, Sendable {
    /// The nodes, each with its addresses.
    package var nodes: [Node]
    /// Sessions beside or instead of the full mesh.
    package var peers: [BGPPeer]
    /// What holds for all sessions.
    package var configuration: BGPConfiguration
    /// Whose blocks are announced and taken.
    package var pools: [IPPool]

    /// Puts them together.
    package init(
        nodes: [Node], peers: [BGPPeer] = [], configuration: BGPConfiguration = BGPConfiguration(), pools: [IPPool]
    ) {
        self.nodes = nodes
        self.peers = peers
        self.configuration = configuration
        self.pools = pools
    }

    /// The number of the system that a node belongs to: its own, or everybody's.
    package func asNumber(of node: Node) -> ASNumber { node.bgp.asNumber ?? configuration.asNumber ?? .standard }
}
