import Addressing
import IPAM
import JSON
import Logs

/// Everything that the network configuration tells Martlet, checked.
struct Settings: Sendable {
    /// Folder of the ledger.
    var dataDirectory: String
    /// The node whose blocks are used.
    var node: String
    /// Bytes; nil takes the MTU of the default route's device.
    var mtu: Int?
    /// Whether pods forward packets themselves.
    var podForwards: Bool
    /// Whether forwarding is switched on where the host has it off (`ip_forward`).
    var enablesForwarding: Bool
    /// Who is named as the maker of blackhole routes.
    var routeOrigin: UInt8
    /// Answered as it stands.
    var dns: JSON?
    var ipam: IPAM
    var log: LogSettings
    /// Calico's keys that are there and mean nothing here.
    var ignoredKeys: [String]

    /// What `ipam` says when it is Martlet's own.
    struct IPAM: Sendable {
        var pools: [Pool]
        /// Names or cidrs of the pools to choose from; empty is all.
        var ipv4Pools: [String]
        var ipv6Pools: [String]
        var assigns: [AddressFamily]
        /// What this node may claim of the pools.
        var ranges: [Prefix]
        var reservations: [Prefix]
        /// Most blocks of a family on this node; 0 is no limit.
        var blockLimit: Int?
        /// Destinations instead of a default route; nil is a default route.
        var routes: [Prefix]?
        /// For callers that need a subnet.
        var gateways: [IPAddress]
        /// The subnet's prefix length that such a caller is told; nil is the pool's.
        var prefixLength: Int?
        /// Seconds that a freed address rests.
        var restTime: Int?

        /// Names or cidrs of the pools of a family to choose from; empty is all.
        func poolNames(_ family: AddressFamily) -> [String] {
            switch family {
            case .ipv4: ipv4Pools
            case .ipv6: ipv6Pools
            }
        }
    }
}
