internal import CMnl
import Glibc
import System

extension NetlinkSocket {
    /// Waits until the kernel says that a link is gone (`RTM_DELLINK`), on a socket that listens to links.
    ///
    /// - Parameters:
    ///   - index: the link's number.
    ///   - patience: milliseconds at most.
    /// - Returns: whether the notice came. It does not when the kernel dropped messages (ENOBUFS).
    package borrowing func waitForRemoval(of index: Int32, patience: Int32) throws(NetlinkError) -> Bool {
        var waiting = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        var left = patience
        while left > 0 {
            let slice = min(left, 1000)
            let ready = poll(&waiting, 1, slice)
            if ready < 0 && errno != EINTR { throw NetlinkError("wait for link events", number: errno) }
            if ready <= 0 {
                left -= slice
                continue
            }
            let length: Int
            do throws(NetlinkError) { length = try receive() } catch {
                if error.number == ENOBUFS { return false }
                throw error
            }
            var gone = false
            forEachMessage(length) { header in
                let reply = NetlinkReply(header: header)
                guard reply.type == Int(RTM_DELLINK), let fixed = reply.fixed(as: ifinfomsg.self) else { return }
                // A bridge that loses a port says so by the same message, of its own family.
                if fixed.ifi_index == index && fixed.ifi_family == UInt8(AF_UNSPEC) { gone = true }
            }
            if gone { return true }
        }
        return false
    }
}
