import Addressing
internal import CMnl
import Glibc

/// What the kernel tells those who listen to `NetlinkSocket.Groups`.
package enum KernelEvent: Hashable, Sendable {
    /// A link has come, or is another than it was.
    case link(Link)
    case linkGone(Link)
    /// A route has come, or has taken the place of another to the same destination.
    case route(Route)
    /// Not told where IPv4 routes go because their link goes, or is set down.
    case routeGone(Route)
    /// Who answers for an address on a link; nil while nobody does.
    case neighbour(link: Int32, IPAddress, MACAddress?)
    case neighbourGone(link: Int32, IPAddress)
    case address(link: Int32, IPAddress)
    case addressGone(link: Int32, IPAddress)
    /// A link's forwarding, rp_filter, proxy_arp or proxy_ndp; nil: those of all links.
    case settings(link: Int32?)
    /// There were more events than the kernel kept: anything may have happened.
    case lost
}

extension NetlinkSocket {
    /// The events that are there; waits for one where there are none.
    package borrowing func events() throws(NetlinkError) -> [KernelEvent] {
        let length: Int
        do throws(NetlinkError) { length = try receive() } catch {
            if error.number == ENOBUFS { return [.lost] }
            throw error
        }
        var events: [KernelEvent] = []
        forEachMessage(length) { header in
            if let event = KernelEvent(NetlinkReply(header: header)) { events.append(event) }
        }
        return events
    }
}

extension KernelEvent {
    fileprivate init?(_ reply: NetlinkReply) {
        switch reply.type {
        case Int(RTM_NEWLINK), Int(RTM_DELLINK):
            // A bridge tells of its ports by the same message, of its own family.
            guard reply.fixed(as: ifinfomsg.self)?.ifi_family == UInt8(AF_UNSPEC), let link = Link(reply) else {
                return nil
            }
            self = reply.type == Int(RTM_NEWLINK) ? .link(link) : .linkGone(link)
        case Int(RTM_NEWROUTE), Int(RTM_DELROUTE):
            guard let route = Route(reply) else { return nil }
            self = reply.type == Int(RTM_NEWROUTE) ? .route(route) : .routeGone(route)
        case Int(RTM_NEWNEIGH), Int(RTM_DELNEIGH): self.init(neighbour: reply)
        case Int(RTM_NEWADDR), Int(RTM_DELADDR):
            guard let (link, address) = readAddress(reply) else { return nil }
            self =
                reply.type == Int(RTM_NEWADDR)
                ? .address(link: link, address.address) : .addressGone(link: link, address.address)
        case Int(RTM_NEWNETCONF): self.init(settings: reply)
        default: return nil
        }
    }

    private init?(neighbour reply: NetlinkReply) {
        guard let fixed = reply.fixed(as: ndmsg.self) else { return nil }
        var address: IPAddress?
        var mac: MACAddress?
        reply.forEachAttribute(after: MemoryLayout<ndmsg>.size) { attribute in
            switch attribute.type {
            case Int(NDA_DST): address = attribute.address(family: fixed.ndm_family)
            case Int(NDA_LLADDR): mac = MACAddress(bytes: attribute.bytes)
            default: break
            }
        }
        guard let address else { return nil }
        self =
            reply.type == Int(RTM_DELNEIGH)
            ? .neighbourGone(link: fixed.ndm_ifindex, address) : .neighbour(link: fixed.ndm_ifindex, address, mac)
    }

    private init?(settings reply: NetlinkReply) {
        var link: Int32?
        reply.forEachAttribute(after: MemoryLayout<netconfmsg>.size) { attribute in
            if attribute.type == Int(NETCONFA_IFINDEX) { link = Int32(bitPattern: attribute.number) }
        }
        guard let link else { return nil }
        // Below 0 are those of all links, and those that new ones begin with.
        self = .settings(link: link > 0 ? link : nil)
    }
}
