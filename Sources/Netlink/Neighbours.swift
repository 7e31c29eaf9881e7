import Addressing
internal import CMnl
import Glibc

/// Who answers for an address on a link, ip-neighbour(8).
package struct Neighbour: Hashable, Sendable {
    package var address: IPAddress
    package var mac: MACAddress
    package var link: Int32
    /// `NUD_PERMANENT`: never asked again, never forgotten.
    package var isPermanent: Bool

    package init(_ address: IPAddress, _ mac: MACAddress, link: Int32, isPermanent: Bool) {
        self.address = address
        self.mac = mac
        self.link = link
        self.isPermanent = isPermanent
    }
}

extension MessageBatch {
    /// Sets a neighbour.
    ///
    /// One that is not permanent is known at once but verified when used (`NUD_STALE`), does not count against the
    /// table's limit (`NTF_EXT_LEARNED`), and heals by itself when a later plugin changes the MAC.
    package mutating func setNeighbour(_ neighbour: Neighbour) {
        var header = ndmsg()
        header.ndm_family = family(of: neighbour.address)
        header.ndm_ifindex = neighbour.link
        header.ndm_state = UInt16(neighbour.isPermanent ? NUD_PERMANENT : NUD_STALE)
        header.ndm_flags = neighbour.isPermanent ? 0 : UInt8(NTF_EXT_LEARNED)
        add("set the neighbour", type: Int(RTM_NEWNEIGH), flags: NLM_F_CREATE | NLM_F_REPLACE, header: header) {
            message in
            message.put(NDA_DST, neighbour.address)
            neighbour.mac.withBytes { message.put(NDA_LLADDR, bytes: $0) }
        }
    }
}

extension NetlinkSocket {
    /// The neighbours of a link. Like `ip neigh show dev LINK`.
    package borrowing func neighbours(ofLink index: Int32) throws(NetlinkError) -> [Neighbour] {
        var own: [Neighbour] = []
        for neighbour in try neighbours() where neighbour.link == index { own.append(neighbour) }
        return own
    }

    /// The neighbours of all links. Like `ip neigh`.
    package borrowing func neighbours() throws(NetlinkError) -> [Neighbour] {
        try dump("list neighbours", type: Int(RTM_GETNEIGH), header: ndmsg(), read: Neighbour.init)
    }
}

extension Neighbour {
    init?(_ reply: NetlinkReply) {
        guard reply.type == Int(RTM_NEWNEIGH), let fixed = reply.fixed(as: ndmsg.self) else { return nil }
        var address: IPAddress?
        var mac: MACAddress?
        reply.forEachAttribute(after: MemoryLayout<ndmsg>.size) { attribute in
            switch attribute.type {
            case Int(NDA_DST): address = attribute.address(family: fixed.ndm_family)
            case Int(NDA_LLADDR): mac = MACAddress(bytes: attribute.bytes)
            default: break
            }
        }
        guard let address, let mac else { return nil }
        self.init(
            address, mac, link: fixed.ndm_ifindex, isPermanent: fixed.ndm_state & UInt16(NUD_PERMANENT) != 0)
    }
}
