internal import CMnl
import Glibc
import System

extension NetlinkSocket {
    /// Waits until the kernel says that a link is gone (`RTM_DELLINK`), on a socket that listens to links.
    ///
    /// - Parameters:
    ///   - index: the link's number.
    ///   - sending: the process that asks for it; once it has ended, no announcement can come.
    /// - Returns: whether the announcement came. It does not when the kernel had to drop messages (ENOBUFS).
    package borrowing func waitForRemoval(of index: Int32, orEndOf sending: borrowing DetachedSend) throws(NetlinkError)
        -> Bool
    {
        while true {
            var events = (
                pollfd(fd: raw, events: Int16(POLLIN), revents: 0),
                pollfd(fd: sending.ending, events: Int16(POLLIN), revents: 0)
            )
            let ready = withUnsafeMutablePointer(to: &events) { pair in
                pair.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, -1) }
            }
            if ready < 0 {
                if errno == EINTR { continue }
                throw NetlinkError("wait for link events", number: errno)
            }
            // The announcement is sent before the request returns: it is looked for first.
            if events.0.revents != 0 {
                guard let isGone = try announcesRemoval(of: index) else { return false }
                if isGone { return true }
            } else if events.1.revents != 0 {
                return false
            }
        }
    }

    /// Whether the messages that are there say so; nil when some were dropped.
    private borrowing func announcesRemoval(of index: Int32) throws(NetlinkError) -> Bool? {
        let length: Int
        do throws(NetlinkError) { length = try receive() } catch {
            if error.number == ENOBUFS { return nil }
            throw error
        }
        var isGone = false
        forEachMessage(length) { header in
            let reply = NetlinkReply(header: header)
            guard reply.type == Int(RTM_DELLINK), let fixed = reply.fixed(as: ifinfomsg.self) else { return }
            // A bridge that loses a port says so by the same message, of its own family.
            if fixed.ifi_index == index && fixed.ifi_family == UInt8(AF_UNSPEC) { isGone = true }
        }
        return isGone
    }
}
