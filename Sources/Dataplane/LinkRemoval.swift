import Glibc
import Netlink
import System

/// Takes links away.
package enum LinkRemoval {
    /// Removes one link and comes back as soon as nothing of it can be seen.
    ///
    /// The kernel announces the removal within a millisecond but answers the request only after an RCU barrier, 10 to
    /// 50 ms later. So a child asks and waits out the barrier, and this process goes by the announcement. The child
    /// keeps nothing open but its own socket: neither a lock, nor a namespace, nor the pipe that a runtime reads.
    ///
    /// - Throws: `WiringError.kernel` when the kernel refused, or the link is still there.
    package static func remove(_ link: Link) throws(WiringError) {
        let events = try kernel { () throws(NetlinkError) in try NetlinkSocket(listeningTo: .links) }
        let child = try calls { () throws(SystemError) in
            try Child { refusal in
                do throws(NetlinkError) {
                    let socket = try NetlinkSocket()
                    var batch = MessageBatch()
                    batch.removeLink(link.index)
                    try socket.perform(&batch)
                    return 0
                } catch {
                    refusal(error.number)
                    return 1
                }
            }
        }
        let isAnnounced = try kernel { () throws(NetlinkError) in
            try events.waitForRemoval(of: link.index, orEndOf: child.report)
        }
        if isAnnounced { return }
        try confirm(link, refusal: child.wait())
    }

    /// The child has ended without an announcement: it was refused, or the kernel had to drop messages.
    private static func confirm(_ link: Link, refusal: Int32) throws(WiringError) {
        let left = try kernel { () throws(NetlinkError) in
            let socket = try NetlinkSocket()
            return try socket.link(link.index)
        }
        if left != nil {
            throw .kernel(
                NetlinkError("remove link " + link.name, number: refusal == 0 ? EBUSY : refusal))
        }
    }

    /// Removes many links at once: one wait for all of them.
    ///
    /// - Throws: `WiringError.kernel` when the kernel refused.
    package static func remove(_ links: [Link]) throws(WiringError) {
        guard !links.isEmpty else { return }
        let socket = try kernel { () throws(NetlinkError) in try NetlinkSocket() }
        // A number that nobody has chosen by hand; groups are only marks.
        let group = UInt32(truncatingIfNeeded: randomNumber()) & 0x1FFF_FFFF | 0x2000_0000
        var batch = MessageBatch()
        for link in links {
            batch.setGroup(group, ofLink: link.index)
            if !batch.hasRoom { try send(&batch, socket) }
        }
        try send(&batch, socket)
        batch.removeLinks(group: group)
        try send(&batch, socket)
    }

    private static func send(_ batch: inout MessageBatch, _ socket: borrowing NetlinkSocket) throws(WiringError) {
        let failures: [BatchFailure]
        do throws(NetlinkError) { failures = try socket.exchange(&batch) } catch { throw .kernel(error) }
        for failure in failures where failure.number != ENODEV { throw .kernel(failure.error) }
    }
}
