import JSON

/// What to do where a manifest names a Kubernetes secret.
let passwordsAreInFiles =
    "Martlet does not read Kubernetes secrets, the agent takes passwords from a file on the node"

extension BGPPeer {
    private static let carriedOut = [
        "node", "nodeSelector", "peerIP", "peerSelector", "asNumber", "keepOriginalNextHop", "sourceAddress",
        "maxRestartTime", "numAllowedLocalASNumbers", "ttlSecurity",
    ]

    private static let refused = [
        Refusal("filters", because: "Martlet has no BGPFilter, it announces blocks and takes blocks"),
        Refusal("nextHopMode", harmless: ["Auto"], because: "keepOriginalNextHop is what Martlet has"),
        Refusal("reversePeering", harmless: ["Auto"], because: "Martlet makes both ends of a peering among nodes"),
        Refusal("localWorkloadSelector", because: "Martlet does not peer with pods"),
        Refusal("localASNumber", because: "a node's number stands in its Node"),
        Refusal("keepaliveTime", because: "BIRD's own is used"),
        Refusal("reachableBy", because: "Martlet adds no routes to peers"),
    ]

    package init(_ document: Document) throws(ManifestError) {
        let envelope = try Envelope(document, of: Self.kind)
        let spec = envelope.spec
        try spec.check(carriedOut: Self.carriedOut + ["password"], refused: Self.refused)
        try spec.fields("password").check(
            carriedOut: [], refused: [Refusal("secretKeyRef", because: passwordsAreInFiles)])
        metadata = envelope.metadata
        node = try spec.value("node", expected: "a node's name, \(subdomainRule)") { isSubdomain($0) ? $0 : nil }
        nodeSelector = try spec.selector("nodeSelector")
        peerIP = try spec.addressing("peerIP", by: PeerAddress.init(parsing:))
        peerSelector = try spec.selector("peerSelector")
        // Older releases of calicoctl print 0 for a peer without a number.
        asNumber = spec.object.value("asNumber") == 0 ? nil : try spec.asNumber("asNumber")
        keepOriginalNextHop = try spec.truth("keepOriginalNextHop") ?? false
        sourceAddress = try spec.choice("sourceAddress")
        maxRestartTime = try spec.restartTime("maxRestartTime")
        numAllowedLocalASNumbers = try spec.number("numAllowedLocalASNumbers", in: 0...255)
        ttlSecurity = try spec.number("ttlSecurity", in: 1...255)
        try checkTogether(spec)
    }

    /// Calico's rules of what excludes what.
    private func checkTogether(_ spec: Fields) throws(ManifestError) {
        if node != nil && nodeSelector != nil { throw spec.error("node", expected: "nothing beside nodeSelector") }
        if peerIP != nil && peerSelector != nil { throw spec.error("peerIP", expected: "nothing beside peerSelector") }
        if asNumber != nil && peerSelector != nil {
            throw spec.error(
                "asNumber", expected: "nothing beside peerSelector", because: "nodes have numbers of their own")
        }
        if peerIP != nil && asNumber == nil { throw spec.error("asNumber", expected: "the peer's AS number") }
        guard peerIP != nil || peerSelector != nil else {
            throw spec.error("peerIP", expected: "an address, or a peerSelector beside it")
        }
    }
}
