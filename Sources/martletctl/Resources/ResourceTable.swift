import Resources

/// calicoctl's tables: the same columns and words.
enum ResourceTable {
    static func table(_ found: [Resource], _ kind: ResourceKind, isWide: Bool) -> Table {
        var table = Table(headings(kind, isWide))
        for resource in found { table.add(cells(resource, isWide)) }
        return table
    }

    private static func headings(_ kind: ResourceKind, _ isWide: Bool) -> [String] {
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

    private static func cells(_ resource: Resource, _ isWide: Bool) -> [String] {
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
                    node.name, node.bgp.asNumber.map { $0.description } ?? "(64512)",
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
    private static func shortened(_ texts: [String]) -> String {
        let text = texts.joined(separator: ",")
        return text.count <= 80 ? text : text.prefix(80) + "..."
    }
}
