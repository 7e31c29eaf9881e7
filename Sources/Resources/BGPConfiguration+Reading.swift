import Addressing
import JSON

extension BGPConfiguration {
    private static let carriedOut = [
        "logSeverityScreen", "nodeToNodeMeshEnabled", "nodeMeshMaxRestartTime", "asNumber", "listenPort",
        "communities", "prefixAdvertisements", "ignoredInterfaces",
    ]

    private static let services = "Martlet does not announce the addresses of services"
    private static let workloads = "Martlet does not peer with pods"
    private static let metrics = "the metrics of Martlet's routes are fixed"

    private static let refused = [
        Refusal("serviceClusterIPs", because: services),
        Refusal("serviceExternalIPs", because: services),
        Refusal("serviceLoadBalancerIPs", because: services),
        Refusal("serviceLoadBalancerAggregation", harmless: ["Enabled"], because: services),
        Refusal("nodeMeshPassword", because: passwordsAreInFiles),
        Refusal("bindMode", harmless: ["None"], because: "BIRD listens on all addresses"),
        Refusal("localWorkloadPeeringIPV4", because: workloads),
        Refusal("localWorkloadPeeringIPV6", because: workloads),
        Refusal(
            "programClusterRoutes", harmless: ["Enabled", "EnabledNoEncapOnly"],
            because: "BIRD makes the routes to other nodes' blocks"),
        Refusal("ipv4NormalRoutePriority", because: metrics),
        Refusal("ipv6NormalRoutePriority", because: metrics),
    ]

    package init(_ document: Document) throws(ManifestError) {
        let envelope = try Envelope(document, of: Self.kind)
        let spec = envelope.spec
        guard envelope.metadata.name == Self.onlyName else {
            let path = JSON.Path.key(.key(.root, "metadata"), "name")
            throw document.error(
                path, expected: Self.onlyName, found: .string(envelope.metadata.name),
                because: "there is one BGPConfiguration, a node's own settings stand in its Node")
        }
        try spec.check(carriedOut: Self.carriedOut, refused: Self.refused)
        metadata = envelope.metadata
        logSeverityScreen = try spec.choice("logSeverityScreen")
        nodeToNodeMeshEnabled = try spec.truth("nodeToNodeMeshEnabled")
        nodeMeshMaxRestartTime = try spec.restartTime("nodeMeshMaxRestartTime")
        guard nodeMeshMaxRestartTime == nil || nodeToNodeMeshEnabled != false else {
            throw spec.error("nodeMeshMaxRestartTime", expected: "nothing while nodeToNodeMeshEnabled is false")
        }
        asNumber = try spec.asNumber("asNumber")
        listenPort = try spec.number("listenPort", in: 1...65535)
        try readCommunities(spec)
        ignoredInterfaces = try spec.values(
            "ignoredInterfaces", expected: "an interface's name, also with '*' for some of its letters",
            interfacePattern)
    }

    private mutating func readCommunities(_ spec: Fields) throws(ManifestError) {
        for fields in try spec.list("communities") {
            try fields.check(carriedOut: ["name", "value"])
            guard let name = try fields.text("name") else { throw fields.error("name", expected: "a name") }
            let value = try fields.value("value", expected: Community.rule, Community.init(parsing:))
            guard let value else { throw fields.error("value", expected: Community.rule) }
            communities.append(NamedCommunity(name: name, value: value))
        }
        for fields in try spec.list("prefixAdvertisements") {
            prefixAdvertisements.append(try advertisement(fields))
        }
        // Calico's rule; it shows a mistyped name.
        guard communities.isEmpty || !prefixAdvertisements.isEmpty else {
            throw spec.error("communities", expected: "nothing without prefixAdvertisements that use them")
        }
    }

    private func advertisement(_ fields: Fields) throws(ManifestError) -> PrefixAdvertisement {
        try fields.check(carriedOut: ["cidr", "communities"])
        let cidr = try fields.prefix("cidr", by: Prefix.init(prefixOrAddress:))
        let marks = try fields.values("communities", expected: "\(Community.rule), or the name of one") {
            community($0) == nil ? nil : $0
        }
        guard !marks.isEmpty else { throw fields.error("communities", expected: "at least one community") }
        return PrefixAdvertisement(cidr: cidr, communities: marks)
    }
}

/// An interface's name of up to 15 letters; none of them has a meaning in BIRD's configuration, where they go, but `*`.
private func interfacePattern(_ text: String) -> String? {
    guard (1...15).contains(text.utf8.count), text != "*" else { return nil }
    let isName = text.utf8.allSatisfy { byte in
        switch UnicodeScalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "-", "*": true
        default: false
        }
    }
    return isName ? text : nil
}
