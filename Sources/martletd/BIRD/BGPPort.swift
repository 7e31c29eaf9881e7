import Glibc
import System

/// The port of BGP, tcp/179, RFC 4271.
enum BGPPort {
    /// Who else listens there while this node's BIRD does not run, and what to do about it; nil for nobody.
    static func stranger() throws(SystemError) -> String? {
        guard try isListenedTo() else { return nil }
        let isDebians = access("/run/bird/bird.ctl", F_OK) == 0
        return isDebians
            ? "Debian's own bird.service runs and holds tcp/179: systemctl disable --now bird"
            : "another program listens on tcp/179: ss -ltnp 'sport = :179' tells which"
    }

    /// Whether anything of this namespace listens there, proc_pid_net(5).
    private static func isListenedTo() throws(SystemError) -> Bool {
        for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] where access(table, F_OK) == 0 {
            for line in try readText(table, limit: 64 << 20).split(separator: "\n").dropFirst() {
                // Number, local address, remote address, state; 0A is LISTEN.
                let fields = line.split(separator: " ", maxSplits: 4)
                if fields.count > 3, fields[1].hasSuffix(":00B3"), fields[3] == "0A" { return true }
            }
        }
        return false
    }
}
