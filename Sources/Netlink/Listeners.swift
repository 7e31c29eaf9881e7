import Addressing
internal import CMnl
import Glibc

/// The sockets that wait for connections, sock_diag(7).
package enum Listeners {
    /// Whether anything of the calling thread's namespace listens on a TCP port.
    ///
    /// The kernel is asked for listeners alone: `/proc/net/tcp` goes through the connections of all namespaces.
    ///
    /// - Returns: false, too, where the kernel has no sock_diag.
    package static func exist(onTCP port: UInt16) throws(NetlinkError) -> Bool {
        let socket = try NetlinkSocket(bus: NETLINK_SOCK_DIAG)
        for family in AddressFamily.allCases {
            do throws(NetlinkError) {
                let found = try socket.dump(
                    "list listening sockets", type: byFamily, header: request(family, port),
                    read: { $0.fixed(as: inet_diag_msg.self)?.id.idiag_sport == port.bigEndian })
                if found.contains(true) { return true }
            } catch { if error.number != ENOENT { throw error } }
        }
        return false
    }

    /// `SOCK_DIAG_BY_FAMILY` of linux/sock_diag.h.
    private static let byFamily = 20

    private static func request(_ family: AddressFamily, _ port: UInt16) -> inet_diag_req_v2 {
        var request = inet_diag_req_v2()
        request.sdiag_family = Netlink.family(family)
        request.sdiag_protocol = UInt8(IPPROTO_TCP)
        request.idiag_states = 1 << 10  // TCP_LISTEN
        request.id.idiag_sport = port.bigEndian
        return request
    }
}
