import Glibc
import Netlink
import System

/// Takes links away.
package enum LinkRemoval {
    /// Removes one link and comes back as soon as nothing of it can be seen.
    ///
    /// The kernel announces the removal within a millisecond but comes back from the request only after an RCU barrier,
    /// 10 to 50 ms later. So another process asks and waits out the barrier, and this one goes by the announcement.
    ///
    /// - Throws: `WiringError.kernel` when the kernel refused.
    package static func remove(_ link: Link) throws(WiringError) {
        let isAnnounced = try kernel { () throws(NetlinkError) in
            let events = try NetlinkSocket(listeningTo: .links)
            let socket = try NetlinkSocket()
            var batch = MessageBatch()
            batch.removeLink(link.index)
            let sending = try socket.sendDetached(batch)
            return try events.waitForRemoval(of: link.index, orEndOf: sending)
        }
        if !isAnnounced { try removeInPerson(link) }
    }

    /// The other process has ended without an announcement: the kernel refused, or had to drop messages, or somebody
    /// killed it. If the link is still there, the kernel is asked again and says why.
    private static func removeInPerson(_ link: Link) throws(WiringError) {
        try kernel { () throws(NetlinkError) in
            let socket = try NetlinkSocket()
            guard try socket.link(link.index) != nil else { return }
            var batch = MessageBatch()
            batch.removeLink(link.index)
            if let failure = try socket.exchange(&batch).first, failure.number != ENODEV { throw failure.error }
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
