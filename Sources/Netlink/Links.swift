import Addressing
internal import CMnl
import Glibc

/// A link as the kernel describes it, rtnetlink(7).
package struct Link: Hashable, Sendable {
    package var index: Int32
    package var name: String
    /// `IFLA_IFALIAS`; empty when there is none.
    package var alias: String
    /// `IFLA_GROUP`; 0 is the default group.
    package var group: UInt32
    package var mac: MACAddress?
    /// Bytes.
    package var mtu: Int
    package var isUp: Bool
    /// Whether the other end is up as well (`IFF_LOWER_UP`).
    package var hasCarrier: Bool
    /// `veth`, `bridge` …; empty for hardware.
    package var kind: String
    /// Number of the other end in its own namespace, for a veth; 0 when it has none.
    package var peerIndex: Int32
    /// What this namespace calls that of the other end; nil when both are in one.
    package var peerNamespace: UInt32?
    /// IPv4 settings; nil while the link has no IPv4 side.
    package var settings: LinkSettings?
}

extension NetlinkSocket {
    /// The link of that name, or nil. Like `ip link show NAME`.
    package borrowing func link(named name: String) throws(NetlinkError) -> Link? {
        try link(ifinfomsg(), name: name)
    }

    /// The link of that number, or nil.
    package borrowing func link(_ index: Int32) throws(NetlinkError) -> Link? {
        var header = ifinfomsg()
        header.ifi_index = index
        return try link(header, name: nil)
    }

    private borrowing func link(_ header: ifinfomsg, name: String?) throws(NetlinkError) -> Link? {
        var batch = MessageBatch()
        batch.add("look up a link", type: Int(RTM_GETLINK), flags: 0, header: header) { message in
            if let name { message.put(IFLA_IFNAME, name) }
            message.put(IFLA_EXT_MASK, UInt32(RTEXT_FILTER_SKIP_STATS))
        }
        var found: Link?
        let failures = try exchange(&batch, lastIsQuery: true) { found = Link($0) ?? found }
        if let failure = failures.first {
            if failure.number == ENODEV || failure.number == EINVAL { return nil }
            throw failure.error
        }
        return found
    }

    /// All links of the socket's namespace. Costs time with their number: not for the way of every pod.
    package borrowing func links() throws(NetlinkError) -> [Link] {
        try dump("list links", type: Int(RTM_GETLINK), header: ifinfomsg(), read: Link.init) { message in
            message.put(IFLA_EXT_MASK, UInt32(RTEXT_FILTER_SKIP_STATS))
        }
    }
}

extension MessageBatch {
    /// Asks whether a link can send; the answer is a message of its own. Meant to be a batch's last message.
    ///
    /// A link whose other end has come up sends nothing until a worker of the kernel has seen to it. Asked about the
    /// link, a kernel from 6.8 on does that first.
    package mutating func queryReadiness(ofLink index: Int32) {
        var header = ifinfomsg()
        header.ifi_index = index
        add("look up the link", type: Int(RTM_GETLINK), flags: 0, header: header) { message in
            message.put(IFLA_EXT_MASK, UInt32(RTEXT_FILTER_SKIP_STATS))
        }
    }
}

extension NetlinkReply {
    /// The answer to `queryReadiness` (`IFF_RUNNING`), or nil if this message is another one.
    package var isReady: Bool? {
        guard type == Int(RTM_NEWLINK), let fixed = fixed(as: ifinfomsg.self) else { return nil }
        return fixed.ifi_flags & UInt32(IFF_RUNNING) != 0
    }
}

extension Link {
    init?(_ reply: NetlinkReply) {
        // A link that has gone is described as one that has come.
        guard reply.type == Int(RTM_NEWLINK) || reply.type == Int(RTM_DELLINK),
            let fixed = reply.fixed(as: ifinfomsg.self)
        else { return nil }
        self.init(
            index: fixed.ifi_index, name: "", alias: "", group: 0, mtu: 0,
            isUp: fixed.ifi_flags & UInt32(IFF_UP) != 0, hasCarrier: fixed.ifi_flags & 0x10000 != 0,
            kind: "", peerIndex: 0)
        var link = self
        reply.forEachAttribute(after: MemoryLayout<ifinfomsg>.size) { attribute in
            switch attribute.type {
            case Int(IFLA_IFNAME): link.name = attribute.text
            case Int(IFLA_IFALIAS): link.alias = attribute.text
            case Int(IFLA_GROUP): link.group = attribute.number
            case Int(IFLA_ADDRESS): link.mac = MACAddress(bytes: attribute.bytes)
            case Int(IFLA_MTU): link.mtu = Int(attribute.number)
            case Int(IFLA_LINK): link.peerIndex = Int32(bitPattern: attribute.number)
            case Int(IFLA_LINK_NETNSID): link.peerNamespace = attribute.number
            case Int(IFLA_LINKINFO):
                attribute.forEachNested { if $0.type == Int(IFLA_INFO_KIND) { link.kind = $0.text } }
            case Int(IFLA_AF_SPEC): link.settings = LinkSettings(families: attribute)
            default: break
            }
        }
        self = link
    }
}

extension LinkSettings {
    /// Reads `IFLA_AF_SPEC` / `AF_INET` / `IFLA_INET_CONF`: an array whose first element is setting 1.
    fileprivate init?(families: NetlinkAttribute) {
        var values: UnsafeRawBufferPointer?
        families.forEachNested { family in
            guard family.type == Int(AF_INET) else { return }
            family.forEachNested { if $0.type == Int(IFLA_INET_CONF) { values = $0.bytes } }
        }
        guard let values else { return nil }
        func setting<Number: BinaryInteger>(_ number: Number) -> UInt32 {
            let offset = (Int(number) - 1) * 4
            return offset + 4 <= values.count ? values.loadUnaligned(fromByteOffset: offset, as: UInt32.self) : 0
        }
        self.init(
            proxyARP: setting(IPV4_DEVCONF_PROXY_ARP), forwarding: setting(IPV4_DEVCONF_FORWARDING),
            reversePathFilter: setting(IPV4_DEVCONF_RP_FILTER), routesLoopback: setting(IPV4_DEVCONF_ROUTE_LOCALNET))
    }
}
