/// What kinds of object operators declare.
package enum ResourceKind: String, CaseIterable, Sendable {
    case ipPool = "IPPool"
    case ipReservation = "IPReservation"
    case node = "Node"
    case bgpConfiguration = "BGPConfiguration"
    case bgpPeer = "BGPPeer"

    /// The kind as manifests have it, `IPPool`.
    package var name: String { rawValue }

    /// The kind of a list of them, as calicoctl and kubectl print several.
    package var listName: String { name + "List" }

    /// Many of them, in small letters, `ippools`.
    package var plural: String { name.lowercased() + "s" }

    /// Every word that calicoctl takes for the kind, in small letters.
    package var aliases: [String] {
        switch self {
        case .ipPool: ["ippool", "ippools", "ipp", "ipps", "pool", "pools"]
        case .ipReservation: ["ipreservation", "ipreservations", "reservation", "reservations"]
        case .node: ["node", "nodes", "no", "nos"]
        case .bgpConfiguration: ["bgpconfiguration", "bgpconfigurations", "bgpconfig", "bgpconfigs"]
        case .bgpPeer: ["bgppeer", "bgppeers", "bgpp", "bgpps", "bp", "bps"]
        }
    }

    /// The kind that an operator means by a word, in letters of either case.
    package init?(alias word: String) {
        let word = word.lowercased()
        guard let kind = Self.allCases.first(where: { $0.aliases.contains(word) }) else { return nil }
        self = kind
    }
}
