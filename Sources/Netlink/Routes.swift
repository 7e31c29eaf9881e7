import Addressing
internal import CMnl
import Glibc

/// A route of the kernel, ip-route(8).
package struct Route: Hashable, Sendable {
    /// Where packets for the destination go.
    package enum Target: Hashable, Sendable {
        /// To the link's own neighbours (`scope link`).
        case link(Int32)
        /// To a gateway that is taken to be on the link (`via GATEWAY dev LINK onlink`).
        case gateway(IPAddress, link: Int32)
        /// Nowhere.
        case blackhole
        /// Anything Martlet does not make: local, unreachable, several next hops.
        case other
    }

    package var destination: Prefix
    package var target: Target
    /// Routing table; 254 is main.
    package var table: UInt32
    /// Who made it (`RTPROT_*`); 3 is boot, 80 Martlet's default for blackholes.
    package var origin: UInt8
    /// Lower wins; 0 for IPv4's default.
    package var metric: UInt32

    package init(
        _ destination: Prefix, _ target: Target, table: UInt32 = Route.mainTable, origin: UInt8 = Route.bootOrigin,
        metric: UInt32 = 0
    ) {
        self.destination = destination
        self.target = target
        self.table = table
        self.origin = origin
        self.metric = metric
    }

    /// `RT_TABLE_MAIN`.
    package static let mainTable: UInt32 = 254
    /// `RT_TABLE_LOCAL`: what is delivered here.
    package static let localTable: UInt32 = 255
    /// `RTPROT_BOOT`.
    package static let bootOrigin: UInt8 = 3
}

extension MessageBatch {
    /// Adds a route that must not be there yet. Like `ip route add …`.
    package mutating func addRoute(_ route: Route) {
        change(route, "add the route", type: Int(RTM_NEWROUTE), flags: NLM_F_CREATE | NLM_F_EXCL)
    }

    /// Puts a route in the place of any other to its destination of the same metric. Like `ip route replace …`.
    package mutating func replaceRoute(_ route: Route) {
        change(route, "replace the route", type: Int(RTM_NEWROUTE), flags: NLM_F_CREATE | NLM_F_REPLACE)
    }

    /// Removes a route. Like `ip route del …`.
    package mutating func removeRoute(_ route: Route) {
        change(route, "remove the route", type: Int(RTM_DELROUTE), flags: 0)
    }

    private mutating func change(_ route: Route, _ label: StaticString, type: Int, flags: Int32) {
        var header = rtmsg()
        header.rtm_family = family(route.destination.family)
        header.rtm_dst_len = UInt8(route.destination.length)
        header.rtm_table = route.table < 256 ? UInt8(route.table) : UInt8(RT_TABLE_UNSPEC.rawValue)
        header.rtm_protocol = route.origin
        header.rtm_type = UInt8(RTN_UNICAST)
        switch route.target {
        case .link: header.rtm_scope = UInt8(RT_SCOPE_LINK.rawValue)
        case .gateway: header.rtm_flags = UInt32(RTNH_F_ONLINK)
        case .blackhole, .other: header.rtm_type = UInt8(RTN_BLACKHOLE)
        }
        add(label, type: type, flags: flags, header: header) { message in
            if route.destination.length > 0 { message.put(RTA_DST.rawValue, route.destination.address) }
            switch route.target {
            case .link(let index): message.put(RTA_OIF.rawValue, UInt32(bitPattern: index))
            case .gateway(let gateway, let index):
                message.put(RTA_GATEWAY.rawValue, gateway)
                message.put(RTA_OIF.rawValue, UInt32(bitPattern: index))
            case .blackhole, .other: break
            }
            if route.metric != 0 { message.put(RTA_PRIORITY.rawValue, route.metric) }
            if route.table >= 256 { message.put(RTA_TABLE.rawValue, route.table) }
        }
    }
}

extension NetlinkSocket {
    /// All routes of one family in one table. Costs time with their number: not for the way of every pod.
    package borrowing func routes(_ addressFamily: AddressFamily, table: UInt32? = nil) throws(NetlinkError) -> [Route]
    {
        var header = rtmsg()
        header.rtm_family = family(addressFamily)
        let all = try dump("list routes", type: Int(RTM_GETROUTE), header: header, read: Route.init)
        guard let table else { return all }
        var kept: [Route] = []
        for route in all where route.table == table { kept.append(route) }
        return kept
    }

    /// The route that the kernel would take to an address, with the prefix that matched (`RTM_F_FIB_MATCH`).
    ///
    /// Like `ip route get fibmatch ADDRESS`. Nil when there is none.
    package borrowing func route(to address: IPAddress) throws(NetlinkError) -> Route? {
        var header = rtmsg()
        header.rtm_family = family(of: address)
        header.rtm_dst_len = UInt8(address.family.bits)
        header.rtm_flags = UInt32(RTM_F_FIB_MATCH)
        var batch = MessageBatch()
        batch.add("look up a route", type: Int(RTM_GETROUTE), flags: 0, header: header) { message in
            message.put(RTA_DST.rawValue, address)
        }
        var found: Route?
        let failures = try exchange(&batch, lastIsQuery: true) { found = Route($0) ?? found }
        if let failure = failures.first {
            switch failure.number {
            case ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL, EAFNOSUPPORT: return nil
            default: throw failure.error
            }
        }
        return found
    }
}

extension Route {
    init?(_ reply: NetlinkReply) {
        // A route that has gone is described as one that has come.
        guard reply.type == Int(RTM_NEWROUTE) || reply.type == Int(RTM_DELROUTE),
            let fixed = reply.fixed(as: rtmsg.self)
        else { return nil }
        var destination: IPAddress? = fixed.rtm_family == UInt8(AF_INET) ? IPAddress(.ipv4, 0) : IPAddress(.ipv6, 0)
        var gateway: IPAddress?
        var link: Int32 = 0
        var table = UInt32(fixed.rtm_table)
        var metric: UInt32 = 0
        reply.forEachAttribute(after: MemoryLayout<rtmsg>.size) { attribute in
            switch UInt32(attribute.type) {
            case RTA_DST.rawValue: destination = attribute.address(family: fixed.rtm_family)
            case RTA_GATEWAY.rawValue: gateway = attribute.address(family: fixed.rtm_family)
            case RTA_OIF.rawValue: link = Int32(bitPattern: attribute.number)
            case RTA_TABLE.rawValue: table = attribute.number
            case RTA_PRIORITY.rawValue: metric = attribute.number
            default: break
            }
        }
        guard let destination, let prefix = Prefix(covering: destination, length: Int(fixed.rtm_dst_len)) else {
            return nil
        }
        self.init(
            prefix, .other, table: table, origin: fixed.rtm_protocol, metric: metric)
        switch Int(fixed.rtm_type) {
        case Int(RTN_BLACKHOLE): target = .blackhole
        case Int(RTN_UNICAST):
            if let gateway { target = .gateway(gateway, link: link) } else if link != 0 { target = .link(link) }
        default: break
        }
    }
}
