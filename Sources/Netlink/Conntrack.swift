import Addressing
internal import CMnl
import Glibc

/// The connections that the kernel tracks for NAT and firewalls, conntrack(8).
package enum Conntrack {
    /// Forgets every connection of these addresses, whichever end of it they are, before NAT or after.
    ///
    /// Like `conntrack -D` with `--orig-src`, `--orig-dst`, `--reply-src` and `--reply-dst` in turn, for the namespace of
    /// the calling thread.
    ///
    /// - Returns: how many connections those were.
    package static func forget(_ addresses: Set<IPAddress>) throws(NetlinkError) -> Int {
        let socket = try NetlinkSocket(bus: NETLINK_NETFILTER)
        var forgotten = 0
        for family in Set(addresses.map(\.family)) {
            let connections = try socket.dump(
                "list connections", type: Message.get, header: Header(family),
                read: { Connection($0, of: addresses) })
            var batch = MessageBatch()
            for connection in connections {
                connection.remove(by: &batch)
                if !batch.hasRoom { forgotten += try send(&batch, socket) }
            }
            forgotten += try send(&batch, socket)
        }
        return forgotten
    }

    private static func send(
        _ batch: inout MessageBatch, _ socket: borrowing NetlinkSocket
    ) throws(NetlinkError) -> Int {
        let count = batch.count
        let failures = try socket.exchange(&batch)
        // One that has ended meanwhile is forgotten, too.
        for failure in failures where failure.number != ENOENT { throw failure.error }
        return count - failures.count
    }

    /// `nfgenmsg`.
    fileprivate struct Header: BitwiseCopyable {
        let family: UInt8
        let version: UInt8 = 0
        let resource: UInt16 = 0

        init(_ addressFamily: AddressFamily) { family = Netlink.family(addressFamily) }
    }

    /// `NFNL_SUBSYS_CTNETLINK << 8` and `IPCTNL_MSG_CT_*`.
    private enum Message {
        static let new = 1 << 8 | 0
        static let get = 1 << 8 | 1
        static let delete = 1 << 8 | 2
    }

    /// `CTA_*` of linux/netfilter/nfnetlink_conntrack.h.
    private enum Attribute {
        static let original = 1
        static let reply = 2
        static let id = 12
        static let zone = 18
        /// `CTA_TUPLE_IP`, within a tuple.
        static let addresses = 1
        static let nested: UInt16 = 0x8000
    }

    /// One connection, named as the kernel names it: by its first packet's ends, its zone and its number.
    private struct Connection {
        private let family: UInt8
        private let original: [UInt8]
        private let id: [UInt8]
        private let zone: [UInt8]

        /// nil for a connection of none of these addresses.
        init?(_ reply: NetlinkReply, of wanted: Set<IPAddress>) {
            guard reply.type == Message.new, let header = reply.fixed(as: Header.self) else { return nil }
            var (original, id, zone, isWanted) = ([UInt8](), [UInt8](), [UInt8](), false)
            reply.forEachAttribute(after: MemoryLayout<Header>.size) { attribute in
                switch attribute.type {
                case Attribute.original, Attribute.reply:
                    if attribute.type == Attribute.original { original = Array(attribute.bytes) }
                    attribute.forEachNested { part in
                        guard part.type == Attribute.addresses else { return }
                        part.forEachNested { end in
                            if let address = end.address(family: header.family), wanted.contains(address) {
                                isWanted = true
                            }
                        }
                    }
                case Attribute.id: id = Array(attribute.bytes)
                case Attribute.zone: zone = Array(attribute.bytes)
                default: break
                }
            }
            guard isWanted else { return nil }
            family = header.family
            self.original = original
            self.id = id
            self.zone = zone
        }

        func remove(by batch: inout MessageBatch) {
            let header = Header(family == UInt8(AF_INET6) ? .ipv6 : .ipv4)
            batch.add("forget a connection", type: Message.delete, flags: 0, header: header) { message in
                original.withUnsafeBytes { message.put(Attribute.nested | UInt16(Attribute.original), bytes: $0) }
                if !id.isEmpty { id.withUnsafeBytes { message.put(Attribute.id, bytes: $0) } }
                if !zone.isEmpty { zone.withUnsafeBytes { message.put(Attribute.zone, bytes: $0) } }
            }
        }
    }
}
