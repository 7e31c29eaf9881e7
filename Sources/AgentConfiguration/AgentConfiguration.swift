import Addressing
import BIRD
import Logs
import Registry
import Resources

/// What the agent of a node is told: `/etc/martlet/martletd.json`.
///
/// Keys are spelt as in the network configuration where they mean the same. Everything has a default but what nobody
/// can know.
package struct AgentConfiguration: Sendable {
    /// How this node's BIRD is run.
    package struct BIRD: Hashable, Sendable {
        /// Who starts it.
        package enum Starter: String, CaseIterable, Sendable {
            /// A unit of systemd's, or whoever brings their own.
            case others
            /// The agent, detached from itself: where there is no systemd.
            case agent
        }

        package var starter = Starter.others
        /// The program.
        package var program = "/usr/sbin/bird"
        /// The file that the agent writes and BIRD reads.
        package var configurationFile: String
        /// BIRD's control socket.
        package var socket: String
        package var log: String?
        package var ecmp = true
        package var bfd = false
        /// Seconds, RFC 4271.
        package var holdTime = 90
        /// nil: the node's IPv4 address, or one made from its IPv6 address.
        package var routerID: IPAddress?
    }

    /// What operators say of this node's Node object; the agent writes what they do not say.
    package struct NodeWishes: Hashable, Sendable {
        /// How its address is found, for each family; nil: it has none.
        package var ipv4: AddressDetection? = .firstFound
        package var ipv6: AddressDetection?
        package var asNumber: ASNumber?
        package var labels: [String: String] = [:]
        package var routeReflectorClusterID: IPAddress?
    }

    /// When blocks are claimed and given back.
    package struct Claims: Hashable, Sendable {
        /// Free addresses of a family below which another block is claimed; 0 or more.
        package var lowWater = 32
        /// Seconds that an empty block is kept.
        package var keepsEmpty = 300
    }

    /// What the node is called.
    package let node: String
    /// Folder of the ledger.
    package let dataDirectory: String
    /// Folder of the agent's sockets and of BIRD's files.
    package let runDirectory: String
    /// Protocol number of blackhole routes.
    package let routeProtocol: UInt8
    /// Whether forwarding that somebody has switched off stays off (`ip_forward`: `leave`).
    package let leavesForwarding: Bool
    /// Seconds that later plugins of a chain have to change a new pod's MAC and MTU.
    package let grace: Int
    /// Seconds between two looks for what is dead or empty.
    package let collects: Int
    /// Where the cluster's registry is; nil: this file is all there is to know.
    package let registry: RegistryPlace?
    /// What the file declares for all nodes: pools, nodes, peers. Only where it is the registry.
    package let objects: [Resource]
    /// What this node may claim of the pools, at most one of a family; empty: everything.
    package let ranges: [Prefix]
    package let wishes: NodeWishes
    package let claims: Claims
    package let bird: BIRD
    package let passwords: Speaker.Passwords
    /// `ADDRESS:PORT` on loopback, or the path of a socket; nil: no metrics are served.
    package let metrics: MetricsPlace?
    package let log: LogSettings

    /// Where metrics are served.
    package enum MetricsPlace: Hashable, Sendable {
        case port(IPAddress, UInt16)
        case socket(path: String)
    }

    package static let standardFile = "/etc/martlet/martletd.json"
}
