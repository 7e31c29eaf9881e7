import Addressing

/// What one node's BIRD is told beside what the cluster has agreed on.
///
/// All of it stays as it is while the node lives: a change of timers, metric or router id restarts every session.
package struct LocalSettings: Hashable, Sendable {
    /// What BIRD calls itself to its peers; an IPv4 address, of this node or not.
    package var routerID: IPAddress
    /// The protocol number of blackhole routes, 0 to 255; what tells this node's blocks from other routes.
    package var routeProtocol: Int
    /// Where BIRD writes its log; nil for stderr.
    package var log: String?
    /// Whether routes with several next hops go into the kernel with all of them.
    package var ecmp: Bool
    /// Whether a peer that falls silent is noticed within a second, RFC 5880.
    package var bfd: Bool
    /// Seconds of silence after which a peer is given up, RFC 4271; 3 or more.
    package var holdTime: Int

    /// The settings of a node that wants nothing special.
    package init(
        routerID: IPAddress, routeProtocol: Int = 80, log: String? = nil, ecmp: Bool = true, bfd: Bool = false,
        holdTime: Int = 90
    ) {
        self.routerID = routerID
        self.routeProtocol = routeProtocol
        self.log = log
        self.ecmp = ecmp
        self.bfd = bfd
        self.holdTime = holdTime
    }
}
