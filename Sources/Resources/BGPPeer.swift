import JSON

/// A peer of nodes: a router by its address, or other nodes by a selector.
package struct BGPPeer: ResourceObject {
    package static let kind = ResourceKind.bgpPeer

    package var metadata: Metadata
    /// The node that has the peer, by name; nil when `nodeSelector` says which, or all have it.
    package var node: String?
    /// The nodes that have the peer, as it was written.
    package var nodeSelector: String?
    /// Where the peer listens; nil when `peerSelector` says who it is.
    package var peerIP: PeerAddress?
    /// The nodes that are peers, as it was written.
    package var peerSelector: String?
    /// The peer's number; nodes that are peers have their own.
    package var asNumber: ASNumber?
    /// Whether the peer is told who is next on the way, instead of the node that tells it.
    package var keepOriginalNextHop = false
    package var sourceAddress: SourceAddress?
    /// How long the peer waits for a node that restarts; nil leaves it to BIRD.
    package var maxRestartTime: RestartTime?
    /// How often the node's own number may stand in the way of a route that it takes.
    package var numAllowedLocalASNumbers: Int?
    /// How many hops away the peer is at most, for packets that pretend to be its.
    package var ttlSecurity: Int?

    /// The address that nodes speak from.
    package enum SourceAddress: String, CaseIterable, Sendable {
        /// The one in their Node.
        case useNodeIP = "UseNodeIP"
        /// The one that the kernel takes.
        case whichever = "None"
    }

    /// Makes a router that all nodes peer with.
    package init(name: String, peerIP: PeerAddress, asNumber: ASNumber) {
        metadata = Metadata(name: name)
        self.peerIP = peerIP
        self.asNumber = asNumber
    }

    /// Makes nodes the peers of others.
    package init(name: String, nodeSelector: String? = nil, peerSelector: String) {
        metadata = Metadata(name: name)
        self.nodeSelector = nodeSelector
        self.peerSelector = peerSelector
    }

    /// Whether every node has the peer.
    package var isGlobal: Bool { node == nil && nodeSelector == nil }

    package var spec: JSON {
        var members: [JSON.Member] = []
        func add(_ name: String, _ value: JSON?) {
            if let value { members.append(.init(name, value)) }
        }
        add("node", node.map { .string($0) })
        add("nodeSelector", nodeSelector.map { .string($0) })
        add("peerIP", peerIP.map { .string($0.description) })
        add("peerSelector", peerSelector.map { .string($0) })
        add("asNumber", asNumber?.manifest)
        add("keepOriginalNextHop", keepOriginalNextHop ? true : nil)
        add("sourceAddress", sourceAddress.map { .string($0.rawValue) })
        add("maxRestartTime", maxRestartTime?.manifest)
        add("numAllowedLocalASNumbers", numAllowedLocalASNumbers.map { JSON($0) })
        add("ttlSecurity", ttlSecurity.map { JSON($0) })
        return .object(members)
    }
}
