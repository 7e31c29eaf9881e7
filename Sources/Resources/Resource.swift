import JSON

/// An object of any kind.
package enum Resource: Hashable, Sendable {
    case ipPool(IPPool)
    case ipReservation(IPReservation)
    case node(Node)
    case bgpConfiguration(BGPConfiguration)
    case bgpPeer(BGPPeer)

    /// Reads a manifest of the kind that it names.
    package init(_ document: Document) throws(ManifestError) {
        _ = try APIVersion(of: document)
        let fields = try Fields(document)
        guard let kind = try fields.text("kind").flatMap(ResourceKind.init(rawValue:)) else {
            throw fields.error("kind", expected: ResourceKind.allCases.map(\.name).joined(separator: ", "))
        }
        switch kind {
        case .ipPool: self = .ipPool(try IPPool(document))
        case .ipReservation: self = .ipReservation(try IPReservation(document))
        case .node: self = .node(try Node(document))
        case .bgpConfiguration: self = .bgpConfiguration(try BGPConfiguration(document))
        case .bgpPeer: self = .bgpPeer(try BGPPeer(document))
        }
    }

    /// The object itself.
    package var object: any ResourceObject {
        switch self {
        case .ipPool(let pool): pool
        case .ipReservation(let reservation): reservation
        case .node(let node): node
        case .bgpConfiguration(let configuration): configuration
        case .bgpPeer(let peer): peer
        }
    }

    /// Its kind.
    package var kind: ResourceKind { type(of: object).kind }

    /// Its name.
    package var name: String { object.name }

    /// The object as a manifest of Calico's.
    package var manifest: JSON { object.manifest }
}

extension Resource {
    /// A list, as calicoctl prints several objects of one kind, or kubectl of several kinds.
    package static func list(_ resources: [Resource], of kind: ResourceKind? = nil) -> JSON {
        [
            "apiVersion": .string(kind == nil ? "v1" : APIVersion.calico.rawValue),
            "kind": .string(kind?.listName ?? "List"),
            "items": .array(resources.map(\.manifest)),
        ]
    }
}
