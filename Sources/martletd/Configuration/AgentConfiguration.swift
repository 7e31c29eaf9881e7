import Addressing
import BIRD
import Logs
import Resources

/// What the agent of a node is told: `/etc/martlet/martletd.json`.
///
/// Keys are spelt as in the network configuration where they mean the same. Everything has a default but what nobody
/// can know.
struct AgentConfiguration: Sendable {
    /// Where the cluster's registry is.
    enum RegistryPlace: Hashable, Sendable {
        /// This file is all there is to know.
        case file
        /// A SQLite file that nodes on one machine share.
        case sqlite(path: String)
    }

    /// How this node's BIRD is run.
    struct BIRD: Hashable, Sendable {
        /// Who starts it.
        enum Starter: String, CaseIterable, Sendable {
            /// A unit of systemd's, or whoever brings their own.
            case others
            /// The agent, detached from itself: where there is no systemd.
            case agent
        }

        var starter = Starter.others
        /// The program.
        var program = "/usr/sbin/bird"
        /// The file that the agent writes and BIRD reads.
        var configurationFile: String
        /// BIRD's control socket.
        var socket: String
        var log: String?
        var ecmp = true
        var bfd = false
        /// Seconds, RFC 4271.
        var holdTime = 90
        /// nil: the node's IPv4 address, or one made from its IPv6 address.
        var routerID: IPAddress?
    }

    /// What operators say of this node's Node object; the agent writes what they do not say.
    struct NodeWishes: Hashable, Sendable {
        /// How its address is found, for each family; nil: it has none.
        var ipv4: AddressDetection? = .firstFound
        var ipv6: AddressDetection?
        var asNumber: ASNumber?
        var labels: [String: String] = [:]
        var routeReflectorClusterID: IPAddress?
    }

    /// When blocks are claimed and given back.
    struct Claims: Hashable, Sendable {
        /// Free addresses of a family below which another block is claimed; 0 or more.
        var lowWater = 32
        /// Seconds that an empty block is kept.
        var keepsEmpty = 300
    }

    /// What the node is called.
    let node: String
    /// Folder of the ledger.
    let dataDirectory: String
    /// Folder of the agent's sockets and of BIRD's files.
    let runDirectory: String
    /// Protocol number of blackhole routes.
    let routeProtocol: UInt8
    /// Whether forwarding that somebody has switched off stays off (`ip_forward`: `leave`).
    let leavesForwarding: Bool
    /// Seconds that later plugins of a chain have to change a new pod's MAC and MTU.
    let grace: Int
    /// Seconds between two looks for what is dead or empty.
    let collects: Int
    let registry: RegistryPlace
    /// What the file declares for all nodes: pools, nodes, peers. Only where it is the registry.
    let objects: [Resource]
    /// What this node may claim of the pools, at most one of a family; empty: everything.
    let ranges: [Prefix]
    let wishes: NodeWishes
    let claims: Claims
    let bird: BIRD
    let passwords: Speaker.Passwords
    /// `ADDRESS:PORT` on loopback, or the path of a socket; nil: no metrics are served.
    let metrics: MetricsPlace?
    let log: LogSettings

    /// Where metrics are served.
    enum MetricsPlace: Hashable, Sendable {
        case port(IPAddress, UInt16)
        case socket(path: String)
    }

    static let standardFile = "/etc/martlet/martletd.json"
}
