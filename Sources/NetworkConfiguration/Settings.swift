import Addressing
import IPAM
import JSON
import Logs

/// Everything that the network configuration tells Martlet, checked.
package struct Settings: Sendable {
    /// Name under which Martlet's network plugin stands in `type`.
    package static var networkType: String { "martlet" }

    /// Name under which Martlet's IPAM stands in `ipam.type`.
    package static var ownIPAM: String { "martlet-ipam" }

    /// Folder of the ledger where nothing is said of it.
    package static var standardDataDirectory: String { "/var/lib/martlet" }

    /// Folder of the ledger.
    package var dataDirectory: String
    /// The node whose blocks are used.
    package var node: String
    /// Bytes; nil takes the MTU of the default route's device.
    package let mtu: Int?
    /// Whether pods forward packets themselves.
    package let podForwards: Bool
    /// Whether forwarding is switched on where the host has it off (`ip_forward`).
    package let enablesForwarding: Bool
    /// Who is named as the maker of blackhole routes.
    package let routeOrigin: UInt8
    /// Whether STATUS fails where the agent is not there and well.
    package let requiresAgent: Bool
    /// Answered as it stands.
    package let dns: JSON?
    package let ipam: IPAM
    package let log: LogSettings
    /// Calico's keys that are there and mean nothing here.
    package let ignoredKeys: [String]

    /// What `ipam` says when it is Martlet's own.
    package struct IPAM: Sendable {
        package let pools: [Pool]
        /// Names or cidrs of the pools to choose from; empty is all.
        package let ipv4Pools: [String]
        package let ipv6Pools: [String]
        package let assigns: [AddressFamily]
        /// What this node may claim of the pools.
        package let ranges: [Prefix]
        package let reservations: [Prefix]
        /// Most blocks of a family on this node; 0 is no limit.
        package let blockLimit: Int?
        /// Destinations instead of a default route; nil is a default route.
        package let routes: [Prefix]?
        /// For callers that need a subnet.
        package let gateways: [IPAddress]
        /// The subnet's prefix length that such a caller is told; nil is the pool's.
        package let prefixLength: Int?
        /// Seconds that a freed address rests.
        package let restTime: Int?

        /// Names or cidrs of the pools of a family to choose from; empty is all.
        func poolNames(_ family: AddressFamily) -> [String] {
            switch family {
            case .ipv4: ipv4Pools
            case .ipv6: ipv6Pools
            }
        }
    }
}
