import Addressing
import JSON

extension Node {
    private static let tunnels = "Martlet has no tunnels"
    private static let encryption = "Martlet does not encrypt"

    private static let refused = [
        Refusal("ipv4VXLANTunnelAddr", because: tunnels),
        Refusal("vxlanTunnelMACAddr", because: tunnels),
        Refusal("ipv6VXLANTunnelAddr", because: tunnels),
        Refusal("vxlanTunnelMACAddrV6", because: tunnels),
        Refusal("wireguard", because: encryption),
    ]

    fileprivate static let refusedOfBGP = [Refusal("ipv4IPIPTunnelAddr", because: tunnels)]

    package init(_ document: Document) throws(ManifestError) {
        let envelope = try Envelope(document, of: Self.kind)
        let spec = envelope.spec
        try Self.checkStatus(envelope.status)
        try spec.check(carriedOut: ["bgp", "addresses", "orchRefs", "interfaces"], refused: Self.refused)
        self.init(name: envelope.metadata.name)
        metadata = envelope.metadata
        bgp = try BGP(spec.fields("bgp"))
        addresses = try Self.list(spec, "addresses", Address.init)
        orchRefs = try Self.list(spec, "orchRefs", OrchRef.init)
        interfaces = try Self.list(spec, "interfaces", Interface.init)
    }

    /// A status is an observation and not kept, but that one tells of traffic which would not be encrypted any more.
    private static func checkStatus(_ status: Fields) throws(ManifestError) {
        for name in ["wireguardPublicKey", "wireguardPublicKeyV6"] where try status.text(name) != nil {
            throw status.error(name, expected: "nothing", because: encryption)
        }
    }

    private static func list<Element>(
        _ spec: Fields, _ name: String, _ read: (Fields) throws(ManifestError) -> Element
    ) throws(ManifestError) -> [Element] {
        var elements: [Element] = []
        for fields in try spec.list(name) { elements.append(try read(fields)) }
        return elements
    }
}

extension Node.BGP {
    fileprivate init(_ fields: Fields) throws(ManifestError) {
        try fields.check(
            carriedOut: ["ipv4Address", "ipv6Address", "asNumber", "routeReflectorClusterID"],
            refused: Node.refusedOfBGP)
        ipv4Address = try fields.interfaceAddress("ipv4Address", .ipv4)
        ipv6Address = try fields.interfaceAddress("ipv6Address", .ipv6)
        asNumber = try fields.asNumber("asNumber")
        routeReflectorClusterID = try fields.addressing("routeReflectorClusterID", by: IPAddress.init(parsing:))
        guard routeReflectorClusterID?.family != .ipv6 else {
            throw fields.error("routeReflectorClusterID", expected: "a number written as an IPv4 address")
        }
    }
}

extension Fields {
    /// An address of the family, with the length of its prefix.
    fileprivate func interfaceAddress(
        _ name: String, _ family: AddressFamily
    ) throws(ManifestError) -> InterfaceAddress? {
        let address = try addressing(name) { (text) throws(AddressError) in try InterfaceAddress(parsing: text) }
        guard address.map({ $0.address.family == family }) ?? true else {
            throw error(name, expected: "an \(family) address with its prefix length")
        }
        return address
    }
}

extension Node.Address {
    fileprivate init(_ fields: Fields) throws(ManifestError) {
        try fields.check(carriedOut: ["address", "type"])
        guard let address = try fields.text("address") else { throw fields.error("address", expected: "an address") }
        self.init(address: address, type: try fields.text("type"))
    }
}

extension Node.OrchRef {
    fileprivate init(_ fields: Fields) throws(ManifestError) {
        try fields.check(carriedOut: ["nodeName", "orchestrator"])
        guard let orchestrator = try fields.text("orchestrator") else {
            throw fields.error("orchestrator", expected: "an orchestrator's name such as k8s")
        }
        self.init(nodeName: try fields.text("nodeName"), orchestrator: orchestrator)
    }
}

extension Node.Interface {
    fileprivate init(_ fields: Fields) throws(ManifestError) {
        try fields.check(carriedOut: ["name", "addresses"])
        self.init(name: try fields.text("name"), addresses: try fields.texts("addresses"))
    }
}
