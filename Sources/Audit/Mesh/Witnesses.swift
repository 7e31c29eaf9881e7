import Addressing
import IPAM

/// Who is asked beside ledger and kernel, at each look anew. Nobody unless somebody is named.
package struct Witnesses: Sendable {
    /// What BIRD says; nil where the node has none.
    package var routing: (@Sendable () throws(Silence) -> RoutingState)?
    /// What the cluster's registry says; nil where there is none.
    package var cluster: (@Sendable () throws(Silence) -> ClusterState)?

    /// Nobody.
    package init() {}
}

/// One who should answer does not.
package struct Silence: Error {
    /// Why, for people.
    package let reason: String

    package init(_ reason: String) { self.reason = reason }
}

/// What BIRD knows of blocks and sessions.
package struct RoutingState: Sendable {
    /// A session with a peer.
    package struct Session: Sendable {
        /// The name of BIRD's protocol, `Mesh_192_168_0_81`.
        package let name: String
        /// The peer's address, or the name where BIRD tells none.
        package let peer: String
        package let isEstablished: Bool
        /// Seconds since it came into its state; nil where that cannot be told.
        package let age: Int?
        /// How it is, for people.
        package let state: String

        package init(_ name: String, peer: String, isEstablished: Bool, age: Int?, state: String) {
            self.name = name
            self.peer = peer
            self.isEstablished = isEstablished
            self.age = age
            self.state = state
        }
    }

    /// A route that a peer has announced.
    package struct Learnt: Sendable {
        package let destination: Prefix
        /// The session it came by.
        package let session: String
        /// Whose the block is, as announced: it stays the same behind a route reflector.
        package let announcer: IPAddress
        /// Where the kernel should send packets; nil where BIRD finds no way.
        package let gateways: Set<IPAddress>?
        /// Whether it is the one that BIRD has chosen.
        package let isBest: Bool

        package init(
            _ destination: Prefix, session: String, announcer: IPAddress, gateways: Set<IPAddress>?, isBest: Bool
        ) {
            self.destination = destination
            self.session = session
            self.announcer = announcer
            self.gateways = gateways
            self.isBest = isBest
        }
    }

    package var sessions: [Session] = []
    /// What peers are told that is this node's; nothing is known of a family in which no session stands.
    package var announced: [AddressFamily: Set<Prefix>] = [:]
    package var learnt: [Learnt] = []

    package init() {}
}

/// What the registry says, as far as it concerns this node.
package struct ClusterState: Sendable {
    /// Who may lease from a block.
    package enum Owner: Hashable, Sendable {
        case node(String)
        /// The node that had it was deleted.
        case nobody
    }

    package var pools: [Pool] = []
    /// nil: what the cluster agrees on is a file, in which no blocks stand.
    package var blocks: [Prefix: Owner]?
    /// Every node's addresses.
    package var nodes: [String: [IPAddress]] = [:]

    package init() {}
}
