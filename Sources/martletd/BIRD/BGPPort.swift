import Glibc
import Netlink

/// The port of BGP, tcp/179, RFC 4271.
enum BGPPort {
    /// Who else listens there while this node's BIRD does not run, and what to do about it; nil for nobody.
    static func stranger() throws(NetlinkError) -> String? {
        guard try Listeners.exist(onTCP: 179) else { return nil }
        let isDebians = access("/run/bird/bird.ctl", F_OK) == 0
        return isDebians
            ? "Debian's own bird.service runs and holds tcp/179: systemctl disable --now bird"
            : "another program listens on tcp/179: ss -ltnp 'sport = :179' tells which"
    }
}
