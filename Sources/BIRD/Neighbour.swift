import Addressing
import Resources

/// One BGP session, as this node keeps it.
package struct Neighbour: Hashable, Sendable {
    /// Why there is a session.
    package enum Origin: String, Sendable {
        /// The full mesh.
        case mesh = "Mesh"
        /// A BGPPeer that holds for all nodes.
        case global = "Global"
        /// A BGPPeer that holds for some.
        case node = "Node"
    }

    package let origin: Origin
    package let address: IPAddress
    /// The port to dial; nil for 179.
    package var port: Int?
    package let asNumber: ASNumber
    /// Whether the other side dials: of each pair one does.
    package var isPassive = false
    /// The cluster for which this node reflects the neighbour's routes; nil when it does not, RFC 4456.
    package var clusterID: IPAddress?
    /// Whether routes are handed on with the next hop they came with.
    package var keepsNextHop = false
    /// Whether the session comes from the node's own address, and not from whichever the kernel takes.
    package var usesNodeAddress = true
    /// How long the neighbour's routes stay while it is away, RFC 4724.
    package var restartTime: RestartTime?
    /// How often this node's own AS number may be in a path.
    package var allowedOwnASNumbers: Int?
    /// The most hops between the two, RFC 5082.
    package var ttlSecurity: Int?
    /// The secret of both sides, RFC 2385.
    package var password: Password?

    package init(_ origin: Origin, _ address: IPAddress, _ asNumber: ASNumber) {
        self.origin = origin
        self.address = address
        self.asNumber = asNumber
    }

    /// The name of its protocol, `Mesh_192_168_0_81`, as Calico forms it.
    package var name: String {
        let text = address.description.map { $0 == "." || $0 == ":" ? "_" : $0 }
        return origin.rawValue + "_" + String(text)
    }
}

/// A secret that BIRD's configuration can hold. It prints as nothing that could be used.
package struct Password: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    package let text: String

    package var description: String { "(a secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Takes 1 to 80 bytes (RFC 2385's option in Linux) without quotes and line ends, for which BIRD has no escapes.
    package init?(_ text: String) {
        guard (1...80).contains(text.utf8.count), !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x7F })
        else { return nil }
        self.text = text
    }
}
