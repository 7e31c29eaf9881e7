import Resources

/// calicoctl's tables: the same columns and words.
struct ResourceTable {
    let isWide: Bool
    /// What nodes without one of their own have.
    let asNumber: String

    /// That of the cluster's BGP, else Calico's.
    static func asNumber(_ known: Declarations) -> String {
        for case .bgpConfiguration(let bgp) in known.list(.bgpConfiguration) where bgp.name == "default" {
            if let asNumber = bgp.asNumber { return asNumber.description }
        }
        return "64512"
    }

    func table(_ found: [Resource], _ kind: ResourceKind) -> Table {
        var table = Table(headings(kind))
        for resource in found { table.add(cells(resource)) }
        return table
    }

    private func headings(_ kind: ResourceKind) -> [String] {
        switch (kind, isWide) {
        case (.ipPool, false): ["NAME", "CIDR", "SELECTOR"]
        case (.ipPool, true):
            ["NAME", "CIDR", "NAT", "IPIPMODE", "VXLANMODE", "DISABLED", "DISABLEBGPEXPORT", "SELECTOR"]
        case (.ipReservation, false), (.node, false): ["NAME"]
        case (.ipReservation, true): ["NAME", "CIDRS"]
        case (.node, true): ["NAME", "ASN", "IPV4", "IPV6"]
        case (.bgpConfiguration, _): ["NAME", "LOGSEVERITY", "MESHENABLED", "ASNUMBER"]
        case (.bgpPeer, _): ["NAME", "PEERIP", "NODE", "ASN"]
        }
    }

    private func cells(_ resource: Resource) -> [String] {
        switch resource {
        case .ipPool(let pool):
            isWide
                ? [
                    pool.name, pool.cidr.description, "\(pool.natOutgoing)", "Never", "Never", "\(pool.disabled)",
                    "\(pool.disableBGPExport)", pool.nodeSelector,
                ] : [pool.name, pool.cidr.description, pool.nodeSelector]
        case .ipReservation(let reservation):
            isWide ? [reservation.name, shortened(reservation.reservedCIDRs.map(\.description))] : [reservation.name]
        case .node(let node):
            isWide
                ? [
                    node.name, node.bgp.asNumber.map { $0.description } ?? "(\(asNumber))",
                    node.bgp.ipv4Address?.description ?? "", node.bgp.ipv6Address?.description ?? "",
                ] : [node.name]
        case .bgpConfiguration(let bgp):
            [
                bgp.name, bgp.logSeverityScreen?.rawValue ?? "-", bgp.nodeToNodeMeshEnabled.map { "\($0)" } ?? "-",
                bgp.asNumber.map { $0.description } ?? "-",
            ]
        case .bgpPeer(let peer):
            [
                peer.name, peer.peerIP?.description ?? peer.peerSelector ?? "",
                peer.node ?? peer.nodeSelector ?? "(global)", peer.asNumber.map { $0.description } ?? "-",
            ]
        }
    }

    /// 80 characters, as calicoctl prints them.
    private func shortened(_ texts: [String]) -> String {
        let text = texts.joined(separator: ",")
        return text.count <= 80 ? text : text.prefix(80) + "..."
    }
}
