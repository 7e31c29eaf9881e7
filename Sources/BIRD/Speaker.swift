import Addressing
import IPAM
import Resources

/// One node's part of the mesh: who it is and whom it talks to. A pure function of what the cluster has agreed on.
package struct Speaker: Hashable, Sendable {
    package let node: Node
    package let mesh: Mesh
    /// The secret of the full mesh's sessions, and of BGPPeers by their names.
    package let passwords: Passwords

    /// Secrets, which no manifest holds.
    package struct Passwords: Hashable, Sendable {
        package var mesh: Password?
        package var peers: [String: Password] = [:]
        package init() {}
    }

    /// The node of that name in the mesh; nil when there is none.
    package init?(_ name: String, in mesh: Mesh, passwords: Passwords = Passwords()) {
        guard let node = mesh.nodes.first(where: { $0.metadata.name == name }) else { return nil }
        self.node = node
        self.mesh = mesh
        self.passwords = passwords
    }

    package var asNumber: ASNumber { mesh.asNumber(of: node) }

    /// The node's address in a family, and the network it lies in.
    package func address(_ family: AddressFamily) -> InterfaceAddress? { node.address(family) }

    /// Whom the node talks to in a family, ordered by address; nobody twice.
    ///
    /// A session that a BGPPeer asks for takes the place of the mesh's with the same node.
    package func neighbours(_ family: AddressFamily) -> [Neighbour] {
        guard let own = address(family)?.address else { return [] }
        var found: [PeerAddress: Neighbour] = [:]
        let candidates = declared(family, own: own) + meshed(family, own: own)
        for neighbour in candidates where neighbour.address != own {
            let key = PeerAddress(neighbour.address)
            if found[key] == nil { found[key] = neighbour }
        }
        return found.values.sorted { $0.address < $1.address }
    }

    // MARK: Full mesh

    /// Route reflectors are no part of it, as with Calico: whoever names a reflector has its sessions declared.
    private func meshed(_ family: AddressFamily, own: IPAddress) -> [Neighbour] {
        guard mesh.configuration.nodeToNodeMeshEnabled ?? true, !node.isReflector else { return [] }
        return mesh.nodes.compactMap { other in
            guard other.metadata.name != node.metadata.name, !other.isReflector,
                var neighbour = neighbour(.mesh, other, family, own: own)
            else { return nil }
            neighbour.restartTime = mesh.configuration.nodeMeshMaxRestartTime
            neighbour.password = passwords.mesh
            return neighbour
        }
    }

    private func neighbour(
        _ origin: Neighbour.Origin, _ other: Node, _ family: AddressFamily, own: IPAddress
    ) -> Neighbour? {
        guard let address = other.address(family)?.address else { return nil }
        var neighbour = Neighbour(origin, address, mesh.asNumber(of: other))
        neighbour.isPassive = own < address
        neighbour.clusterID = reflects(to: other) ? node.bgp.routeReflectorClusterID : nil
        return neighbour
    }

    /// A reflector serves the nodes of its own system that are not reflectors of the same cluster themselves.
    private func reflects(to other: Node) -> Bool {
        guard let cluster = node.bgp.routeReflectorClusterID, mesh.asNumber(of: other) == asNumber else { return false }
        return other.bgp.routeReflectorClusterID != cluster
    }

    // MARK: BGPPeers

    private func declared(_ family: AddressFamily, own: IPAddress) -> [Neighbour] {
        mesh.peers.sorted { $0.metadata.name < $1.metadata.name }.flatMap { peer in
            peer.peerSelector == nil ? outside(peer, family) : selected(peer, family, own: own)
        }
    }

    /// A router with an address of its own.
    private func outside(_ peer: BGPPeer, _ family: AddressFamily) -> [Neighbour] {
        guard let remote = peer.peerIP, remote.address.family == family, peer.concerns(node) else { return [] }
        var neighbour = Neighbour(peer.origin, remote.address, peer.asNumber ?? asNumber)
        neighbour.port = remote.port
        // A reflector's client may be declared by its address, too.
        if let other = mesh.nodes.first(where: { $0.address(family)?.address == remote.address }) {
            neighbour.clusterID = reflects(to: other) ? node.bgp.routeReflectorClusterID : nil
        }
        return [dressed(neighbour, peer)]
    }

    /// Nodes that a selector names, seen from both sides: a session declared once stands on either end.
    private func selected(_ peer: BGPPeer, _ family: AddressFamily, own: IPAddress) -> [Neighbour] {
        mesh.nodes.compactMap { other in
            guard other.metadata.name != node.metadata.name,
                peer.concerns(node) && peer.selects(other) || peer.concerns(other) && peer.selects(node),
                let neighbour = neighbour(peer.origin, other, family, own: own)
            else { return nil }
            return dressed(neighbour, peer)
        }
    }

    private func dressed(_ bare: Neighbour, _ peer: BGPPeer) -> Neighbour {
        var neighbour = bare
        neighbour.keepsNextHop = peer.keepOriginalNextHop
        neighbour.usesNodeAddress = peer.sourceAddress != .whichever
        neighbour.restartTime = peer.maxRestartTime
        neighbour.allowedOwnASNumbers = peer.numAllowedLocalASNumbers
        neighbour.ttlSecurity = peer.ttlSecurity
        neighbour.password = passwords.peers[peer.metadata.name]
        return neighbour
    }
}

extension Node {
    fileprivate var isReflector: Bool { bgp.routeReflectorClusterID != nil }

    fileprivate func address(_ family: AddressFamily) -> InterfaceAddress? {
        switch family {
        case .ipv4: bgp.ipv4Address
        case .ipv6: bgp.ipv6Address
        }
    }
}

extension BGPPeer {
    fileprivate var origin: Neighbour.Origin { isGlobal ? .global : .node }

    /// Whether the node is one of those that the session is declared for.
    fileprivate func concerns(_ candidate: Node) -> Bool {
        if let node { return node == candidate.metadata.name }
        return matches(nodeSelector ?? "", candidate)
    }

    /// Whether the node is one of those to talk to.
    fileprivate func selects(_ candidate: Node) -> Bool { peerSelector.map { matches($0, candidate) } ?? false }

    /// A selector that cannot be read selects nothing; manifests with such a one are refused.
    private func matches(_ text: String, _ candidate: Node) -> Bool {
        do throws(SelectorError) {
            return try Selector(parsing: text).matches(candidate.metadata.labels)
        } catch { return false }
    }
}
