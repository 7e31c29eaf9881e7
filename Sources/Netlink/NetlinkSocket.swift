internal import CMnl
import Glibc
import System

/// A socket to the kernel's routing tables, rtnetlink(7). It stays in the namespace it was opened in.
package struct NetlinkSocket: ~Copyable {
    /// Multicast groups to listen to, a bit for each (`RTMGRP_*`).
    package struct Groups: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Links come, change and go (`RTNLGRP_LINK`).
        package static let links = Groups(rawValue: 1 << 0)
        /// `RTNLGRP_NEIGH`.
        package static let neighbours = Groups(rawValue: 1 << 2)
        /// `RTNLGRP_IPV4_IFADDR` and `RTNLGRP_IPV6_IFADDR`.
        package static let addresses = Groups(rawValue: 1 << 4 | 1 << 8)
        /// `RTNLGRP_IPV4_ROUTE` and `RTNLGRP_IPV6_ROUTE`.
        package static let routes = Groups(rawValue: 1 << 6 | 1 << 10)
        /// `RTNLGRP_IPV4_NETCONF` and `RTNLGRP_IPV6_NETCONF`: forwarding, rp_filter, proxy_arp and proxy_ndp.
        package static let settings = Groups(rawValue: 1 << 23 | 1 << 24)
    }

    private let socket: OpaquePointer
    private let receiveBuffer: UnsafeMutableRawPointer
    private static let receiveCapacity = 32 << 10
    /// The next message's sequence number; behind the buffer, for a socket that is lent out must still count.
    private var nextSequence: UnsafeMutablePointer<UInt32> {
        (receiveBuffer + Self.receiveCapacity).assumingMemoryBound(to: UInt32.self)
    }

    /// Opens a socket in the namespace of the calling thread.
    package init(listeningTo groups: Groups? = nil) throws(NetlinkError) {
        try self.init(bus: NETLINK_ROUTE, listeningTo: groups)
    }

    /// Opens a socket to another part of the kernel (`NETLINK_*`).
    init(bus: Int32, listeningTo groups: Groups? = nil) throws(NetlinkError) {
        guard let socket = mnl_socket_open2(bus, Int32(SOCK_CLOEXEC.rawValue)) else {
            throw NetlinkError("open a netlink socket", number: errno)
        }
        var failure: NetlinkError?
        if let groups {
            if mnl_socket_bind(socket, groups.rawValue, 0) != 0 {
                failure = NetlinkError("listen to the kernel", number: errno)
            }
        } else {
            // Acknowledgements without a copy of the request, and with the kernel's words if it has any.
            var on: Int32 = 1
            let size = socklen_t(MemoryLayout<Int32>.size)
            for option in [NETLINK_CAP_ACK, NETLINK_EXT_ACK] {
                if mnl_socket_setsockopt(socket, option, &on, size) != 0 {
                    failure = NetlinkError("set up a netlink socket", number: errno)
                }
            }
        }
        if let failure {
            mnl_socket_close(socket)
            throw failure
        }
        self.socket = socket
        receiveBuffer = UnsafeMutableRawPointer.allocate(byteCount: Self.receiveCapacity + 8, alignment: 8)
        nextSequence.initialize(to: 1)
    }

    deinit {
        mnl_socket_close(socket)
        receiveBuffer.deallocate()
    }

    /// The descriptor, for poll(2).
    package var raw: Int32 { mnl_socket_get_fd(socket) }

    /// Sends the batch and waits for the end of its last message, then empties it.
    ///
    /// - Parameter onReply: called for each message that carries data.
    /// - Returns: what failed, in order; empty when everything was done.
    package borrowing func exchange(
        _ batch: inout MessageBatch, lastIsQuery: Bool = false, onReply: (NetlinkReply) -> Void = { _ in }
    ) throws(NetlinkError) -> [BatchFailure] {
        guard batch.count > 0 else { return [] }
        // Whatever comes of it: the next exchange must not repeat what this one asked for.
        defer { batch.clear() }
        batch.number(from: takeNumbers(batch.count))
        if !lastIsQuery { batch.requestAcknowledgement() }
        try send(batch)
        var failures: [BatchFailure] = []
        var finished = false
        let last = batch.lastSequence
        let first = batch.firstSequence
        while !finished {
            let length = try receive()
            forEachMessage(length) { header in
                let sequence = header.pointee.nlmsg_seq
                guard sequence &- first <= last &- first else { return }
                let done: Bool
                switch Int32(header.pointee.nlmsg_type) {
                case NLMSG_ERROR:
                    done = true
                    let index = Int(sequence &- first)
                    if let failure = BatchFailure(header, index: index) { failures.append(failure) }
                case NLMSG_DONE:
                    done = true
                    if let failure = BatchFailure(done: header) { failures.append(failure) }
                default:
                    done = header.pointee.nlmsg_flags & UInt16(NLM_F_MULTI) == 0 && lastIsQuery
                    onReply(NetlinkReply(header: header))
                }
                if done && sequence == last { finished = true }
            }
        }
        for index in failures.indices { failures[index].request = batch.labels[failures[index].index] }
        return failures
    }

    /// Has a process of its own send the batch; nobody hears what becomes of it.
    package borrowing func sendDetached(_ batch: borrowing MessageBatch) throws(NetlinkError) -> DetachedSend {
        do throws(SystemError) {
            return try DetachedSend(UnsafeRawBufferPointer(start: batch.buffer, count: batch.used), on: raw)
        } catch { throw NetlinkError("start a process", number: error.number) }
    }

    private borrowing func takeNumbers(_ count: Int) -> UInt32 {
        let first = nextSequence.pointee
        nextSequence.pointee = first &+ UInt32(count)
        return first
    }

    private borrowing func send(_ batch: borrowing MessageBatch) throws(NetlinkError) {
        while mnl_socket_sendto(socket, batch.buffer, batch.used) < 0 {
            if errno != EINTR { throw NetlinkError("send to the kernel", number: errno) }
        }
    }

    /// Takes what the kernel has to say; the number of bytes now in the buffer.
    ///
    /// - Throws: `NetlinkError` with ENOBUFS when the kernel had to drop messages, EAGAIN after a timeout.
    borrowing func receive() throws(NetlinkError) -> Int {
        while true {
            let length = mnl_socket_recvfrom(socket, receiveBuffer, Self.receiveCapacity)
            if length >= 0 { return length }
            if errno != EINTR { throw NetlinkError("receive from the kernel", number: errno) }
        }
    }

    borrowing func forEachMessage(_ length: Int, _ body: (UnsafeMutablePointer<nlmsghdr>) -> Void) {
        var remaining = Int32(length)
        var next: UnsafeMutablePointer<nlmsghdr>? = receiveBuffer.assumingMemoryBound(to: nlmsghdr.self)
        while let header = next, mnl_nlmsg_ok(header, remaining) {
            body(header)
            next = mnl_nlmsg_next(header, &remaining)
        }
    }
}

/// One message of a batch that the kernel did not carry out.
package struct BatchFailure: Sendable {
    /// Which message of the batch, counted from 0.
    package let index: Int
    /// The kernel's errno.
    package let number: Int32
    private let explanation: String
    fileprivate(set) var request: StaticString = ""

    /// The failure as an error that names what was asked for.
    package var error: NetlinkError {
        NetlinkError(request.description, number: number, explanation: explanation)
    }

    fileprivate init?(_ header: UnsafeMutablePointer<nlmsghdr>, index: Int) {
        guard let payload = mnl_nlmsg_get_payload(header) else { return nil }
        number = -payload.load(as: Int32.self)
        if number == 0 { return nil }
        self.index = index
        var words = ""
        let report = NetlinkReply(header: header)
        report.forEachAttribute(after: MemoryLayout<nlmsgerr>.size) { attribute in
            if attribute.type == Int(NLMSGERR_ATTR_MSG.rawValue) { words = attribute.text }
        }
        explanation = words
    }

    /// A dump reports its error inside its last message.
    fileprivate init?(done header: UnsafeMutablePointer<nlmsghdr>) {
        guard mnl_nlmsg_get_payload_len(header) >= 4, let payload = mnl_nlmsg_get_payload(header) else { return nil }
        number = -payload.load(as: Int32.self)
        if number == 0 { return nil }
        index = 0
        explanation = ""
    }
}
