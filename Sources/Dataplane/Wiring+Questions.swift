import Addressing
import Glibc
import Netlink
import System

extension Wiring {
    /// MTU in bytes of the device that the main table's default route leaves by; 1500 where there is none.
    package borrowing func mtuOfDefaultRoute() throws(WiringError) -> Int {
        do throws(NetlinkError) {
            for family in AddressFamily.allCases {
                guard let index = try defaultLink(family) else { continue }
                if let link = try host.link(index) { return link.mtu }
            }
            return 1500
        } catch { throw .kernel(error) }
    }

    /// The default route's device, by one look-up of an address that no other route should cover.
    ///
    /// 240.0.0.1 (RFC 1112, class E) and 100::1 (RFC 6666) are routed nowhere; what matches them is the default.
    private borrowing func defaultLink(_ family: AddressFamily) throws(NetlinkError) -> Int32? {
        let probe =
            switch family {
            case .ipv4: IPAddress(ipv4: 0xF000_0001)
            case .ipv6: IPAddress(.ipv6, (0x0100 << 112) | 1)
            }
        guard let route = try host.route(to: probe), route.destination.length == 0, route.table == Route.mainTable
        else { return nil }
        switch route.target {
        case .link(let index), .gateway(_, let index): return index
        case .blackhole, .other: return nil
        }
    }

    /// Name of the device that the host's route to an address leads to; empty when there is none.
    package borrowing func device(holding address: IPAddress) throws(WiringError) -> String {
        try kernel { () throws(NetlinkError) in
            guard let route = try host.route(to: address) else { return "" }
            switch route.target {
            case .link(let index), .gateway(_, let index): return try host.link(index)?.name ?? ""
            case .blackhole, .other: return ""
            }
        }
    }

    /// The host's own address whose network overlaps a prefix, if there is one, and its device.
    package borrowing func ownNetwork(
        overlapping prefix: Prefix
    ) throws(WiringError) -> (address: InterfaceAddress, device: String)? {
        try kernel { () throws(NetlinkError) in
            for (index, address) in try host.allAddresses() where address.network.overlaps(prefix) {
                return (address, try host.link(index)?.name ?? "")
            }
            return nil
        }
    }

    /// Whether the host forwards packets of a family at all.
    package borrowing func forwards(_ family: AddressFamily) throws(WiringError) -> Bool {
        var batch = MessageBatch()
        batch.queryForwarding(family)
        var isOn = false
        let failures = try kernel { () throws(NetlinkError) in
            try host.exchange(&batch, lastIsQuery: true) { reply in isOn = reply.forwarding?.isOn ?? isOn }
        }
        if let failure = failures.first { throw .kernel(failure.error) }
        return isOn
    }

    /// Whether a namespace has an interface of that name. The calling thread goes there and comes back.
    package static func hasInterface(
        _ name: String, in namespace: borrowing NetworkNamespace
    ) throws(WiringError) -> Bool {
        let socket = try socket(in: namespace)
        return try kernel { () throws(NetlinkError) in try socket.link(named: name) } != nil
    }

    /// All links of a namespace. The calling thread goes there and comes back.
    package static func links(in namespace: borrowing NetworkNamespace) throws(WiringError) -> [Link] {
        let socket = try socket(in: namespace)
        return try kernel { () throws(NetlinkError) in try socket.links() }
    }

    /// Whether a namespace is that of a link's other end. Numbers alone do not tell: each namespace counts its own links.
    package borrowing func isOtherEnd(
        of link: Link, in namespace: borrowing NetworkNamespace
    ) throws(WiringError) -> Bool {
        guard let number = link.peerNamespace else { return false }
        let raw = namespace.descriptor.raw
        return try kernel { () throws(NetlinkError) in try host.number(ofNamespace: raw) } == number
    }

    /// The addresses of an interface of a namespace. The calling thread goes there and comes back.
    package static func addresses(
        of name: String, in namespace: borrowing NetworkNamespace
    ) throws(WiringError) -> [InterfaceAddress] {
        let socket = try socket(in: namespace)
        return try kernel { () throws(NetlinkError) in
            guard let link = try socket.link(named: name) else { return [] }
            return try socket.addresses(ofLink: link.index)
        }
    }

    /// A socket of another namespace, for this one: the thread goes there for a moment.
    static func socket(in namespace: borrowing NetworkNamespace) throws(WiringError) -> NetlinkSocket {
        try inside(namespace) { () throws(WiringError) in
            try kernel { () throws(NetlinkError) in try NetlinkSocket() }
        }
    }

    /// Runs `body` in another namespace, with a socket there; the calling thread comes back whatever happens.
    static func visiting(
        _ namespace: borrowing NetworkNamespace, _ body: (borrowing NetlinkSocket) throws(WiringError) -> Void
    ) throws(WiringError) {
        try inside(namespace) { () throws(WiringError) in
            let socket = try kernel { () throws(NetlinkError) in try NetlinkSocket() }
            try body(socket)
        }
    }

    private static func inside<Result: ~Copyable>(
        _ namespace: borrowing NetworkNamespace, _ body: () throws(WiringError) -> Result
    ) throws(WiringError) -> Result {
        let home = try currentNamespace()
        try calls { () throws(SystemError) in try namespace.enter() }
        do throws(WiringError) {
            let result = try body()
            try calls { () throws(SystemError) in try home.enter() }
            return result
        } catch {
            try calls { () throws(SystemError) in try home.enter() }
            throw error
        }
    }

    private static func currentNamespace() throws(WiringError) -> NetworkNamespace {
        do throws(NetworkNamespace.Refusal) { return try NetworkNamespace(at: NetworkNamespace.ownPath) } catch {
            throw .system(SystemError("open", NetworkNamespace.ownPath, number: ENOENT))
        }
    }
}

extension Wiring {
    /// All links of the host. Costs time with their number: not for the way of every pod.
    package borrowing func hostLinks() throws(WiringError) -> [Link] {
        try kernel { () throws(NetlinkError) in try host.links() }
    }

    /// Puts the blocks' blackhole routes where they are missing.
    package mutating func announce(_ blocks: [Prefix], origin: UInt8) throws(WiringError) {
        for block in blocks { batch.addRoute(.blackhole(block, origin: origin)) }
        for failure in try exchange() where failure.number != EEXIST { throw .kernel(failure.error) }
    }

    /// Puts the blocks' blackhole routes in the place of whatever is routed to the very same prefixes.
    package mutating func claim(_ blocks: [Prefix], origin: UInt8) throws(WiringError) {
        for block in blocks {
            batch.replaceRoute(.blackhole(block, origin: origin))
            if !batch.hasRoom { try checkClaim() }
        }
        try checkClaim()
    }

    private mutating func checkClaim() throws(WiringError) {
        if let failure = try exchange().first { throw .kernel(failure.error) }
    }

    /// Takes blackhole routes away; one that is not there is no failure.
    package mutating func withdraw(_ routes: [Route]) throws(WiringError) {
        for route in routes {
            batch.removeRoute(route)
            if !batch.hasRoom { try checkWithdrawal() }
        }
        try checkWithdrawal()
    }

    private mutating func checkWithdrawal() throws(WiringError) {
        for failure in try exchange() where failure.number != ESRCH { throw .kernel(failure.error) }
    }

    /// The host's blackhole routes of one maker in the main table, both families.
    package borrowing func blackholes(origin: UInt8) throws(WiringError) -> [Route] {
        try kernel { () throws(NetlinkError) in
            var found: [Route] = []
            for family in AddressFamily.allCases {
                for route in try host.routes(family, table: Route.mainTable)
                where route.target == .blackhole && route.origin == origin { found.append(route) }
            }
            return found
        }
    }
}
