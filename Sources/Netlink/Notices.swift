internal import CMnl
import Glibc
import System

/// What the kernel tells of its own accord, rtnetlink(7): the multicast groups that a program can listen to.
package enum Notice: UInt32, Sendable {
    case links = 1
    case neighbours = 3
    case ipv4Addresses = 5
    case ipv4Routes = 7
    case ipv6Addresses = 9
    case ipv6Routes = 11
    case ipv4Settings = 24
    case ipv6Settings = 25
}

extension Notice {
    /// A socket of its own that hears these notices in the namespace of the calling thread; each read(2) gives one
    /// datagram of messages.
    ///
    /// - Parameter buffer: bytes of notices that the kernel keeps for a reader who is slow; past them it drops some, and
    ///   says ENOBUFS.
    package static func socket(_ notices: [Notice], buffer: Int32 = 1 << 20) throws(SystemError) -> FileDescriptor {
        let type = Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue)
        let owned = FileDescriptor(owning: try retrying("socket") { Glibc.socket(AF_NETLINK, type, NETLINK_ROUTE) })
        let raw = owned.raw
        var size = buffer
        let length = socklen_t(MemoryLayout<Int32>.size)
        // Without the right to more, the standard size holds.
        _ = setsockopt(raw, SOL_SOCKET, SO_RCVBUFFORCE, &size, length)
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        try withUnsafePointer(to: &address) { (pointer) throws(SystemError) in
            _ = try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { (address) throws(SystemError) in
                try retrying("bind", "rtnetlink") { bind(raw, address, socklen_t(MemoryLayout<sockaddr_nl>.size)) }
            }
        }
        for notice in notices {
            var group = notice.rawValue
            try retrying("setsockopt", "rtnetlink") {
                setsockopt(raw, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, length)
            }
        }
        return owned
    }
}
