import Addressing
import Glibc
import Netlink
import System

/// Brings the wires of a pod that lives back to its plan: what is as planned stays, the rest is put.
///
/// Every step can be made again, so that one that was interrupted is mended by the next.
package enum Mending {
    /// Mends the host's side of a link that is there. First of all: without it the pod's side has no carrier.
    package static func mendHost(_ plan: LinkPlan, _ link: Link) throws(WiringError) {
        let socket = try kernel { () throws(NetlinkError) in try NetlinkSocket() }
        try plan.setHostSettings6()
        var batch = MessageBatch()
        batch.set(mac: LinkPlan.hostMAC, mtu: plan.mtu, ofLink: link.index)
        batch.setUp(link: link.index)
        batch.set(alias: plan.owner.alias, group: 0, settings: LinkPlan.hostSettings, ofLink: link.index)
        batch.answerProxyARPWithoutDelay(onLink: link.index)
        if plan.families.contains(.ipv6), let address = InterfaceAddress(LinkPlan.gateway6, prefixLength: 64) {
            batch.addAddress(address, toLink: link.index, hasPrefixRoute: true)
        }
        for address in plan.addresses {
            batch.replaceRoute(Route(Prefix(host: address.address), .link(link.index)))
        }
        try send(&batch, socket)
        try removeOtherWays(plan, link, socket)
    }

    /// Tells a link whose it is, and nothing else.
    package static func mark(_ link: Link, _ owner: LinkOwner) throws(WiringError) {
        let socket = try kernel { () throws(NetlinkError) in try NetlinkSocket() }
        var batch = MessageBatch()
        batch.set(alias: owner.alias, ofLink: link.index)
        try send(&batch, socket)
    }

    /// Tells the host the pod's MAC. Last of all: the carrier's event would flush it.
    package static func introducePod(_ plan: LinkPlan, _ link: Link) throws(WiringError) {
        let socket = try kernel { () throws(NetlinkError) in try NetlinkSocket() }
        try awaitCarrier(link, socket)
        var batch = MessageBatch()
        for address in plan.addresses {
            batch.setNeighbour(Neighbour(address.address, plan.podMAC, link: link.index, isPermanent: false))
        }
        try send(&batch, socket)
    }

    /// Takes away what leads to the pod's addresses by other links: of another metric, it is not replaced.
    private static func removeOtherWays(
        _ plan: LinkPlan, _ link: Link, _ socket: borrowing NetlinkSocket
    ) throws(WiringError) {
        var batch = MessageBatch()
        for family in plan.families {
            let routes = try kernel { () throws(NetlinkError) in try socket.routes(family, table: Route.mainTable) }
            for address in plan.addresses where address.address.family == family {
                for route in routes where route.destination == Prefix(host: address.address) {
                    if route.target != .link(link.index) && route.target != .other { batch.removeRoute(route) }
                }
            }
        }
        try send(&batch, socket)
    }

    /// Waits until the link can send, no longer than ADD does.
    private static func awaitCarrier(_ link: Link, _ socket: borrowing NetlinkSocket) throws(WiringError) {
        for _ in 0..<200 {
            var batch = MessageBatch()
            batch.queryReadiness(ofLink: link.index)
            var isReady = false
            let failures = try kernel { () throws(NetlinkError) in
                try socket.exchange(&batch, lastIsQuery: true) { reply in isReady = reply.isReady ?? isReady }
            }
            if let failure = failures.first { throw .kernel(failure.error) }
            if isReady { return }
            usleep(100)
        }
    }

    /// Mends the pod's side. The calling thread goes into the pod's namespace and comes back.
    ///
    /// - Parameter isNew: whether the interface was made just now, and has the kernel's settings.
    package static func mendPod(
        _ plan: LinkPlan, in namespace: borrowing NetworkNamespace, isNew: Bool = false
    ) throws(WiringError) {
        try Wiring.visiting(namespace) { (socket) throws(WiringError) in
            let found = try kernel { () throws(NetlinkError) in try socket.link(named: plan.podName) }
            guard let link = found else { return }
            try allowIPv6(plan)
            if isNew {
                for setting in plan.podInterfaceSettings {
                    try calls { () throws(SystemError) in try writeText(setting.value, to: setting.path) }
                }
            }
            var batch = MessageBatch()
            batch.setUp(link: 1)
            batch.set(mac: plan.podMAC, mtu: plan.mtu, ofLink: link.index)
            batch.setUpAnnouncing(link: link.index)
            for address in plan.addresses { batch.addAddress(address.interface, toLink: link.index) }
            // A new MAC has made the kernel forget them.
            for family in plan.families {
                let gateway = LinkPlan.gateway(family)
                batch.setNeighbour(Neighbour(gateway, LinkPlan.hostMAC, link: link.index, isPermanent: true))
            }
            try send(&batch, socket)
            for family in plan.families { try leadOut(family, plan, link, socket) }
            for address in plan.addresses where address.address.family == .ipv6 {
                try Wiring.awaitAddress(address.address, socket)
            }
        }
    }

    /// Without it the pod takes no IPv6 address. What else the pod has set within itself is its own affair.
    private static func allowIPv6(_ plan: LinkPlan) throws(WiringError) {
        guard plan.families.contains(.ipv6) else { return }
        for scope in ["all", plan.podName] {
            let path = "/proc/sys/net/ipv6/conf/" + scope + "/disable_ipv6"
            try calls { () throws(SystemError) in
                if try readText(path) != "0" { try writeText("0", to: path) }
            }
        }
    }

    /// Gives the pod a default route by this link if it has none, else a rule for what comes from this link's addresses.
    private static func leadOut(
        _ family: AddressFamily, _ plan: LinkPlan, _ link: Link, _ socket: borrowing NetlinkSocket
    ) throws(WiringError) {
        let gateway = LinkPlan.gateway(family)
        let way = Route.Target.gateway(gateway, link: link.index)
        let routes = try kernel { () throws(NetlinkError) in try socket.routes(family, table: Route.mainTable) }
        let defaults = routes.filter { $0.destination == .everything(family) }
        var batch = MessageBatch()
        if family == .ipv4 { batch.addRoute(Route(Prefix(host: gateway), .link(link.index))) }
        if defaults.isEmpty || defaults.contains(where: { $0.target == way }) {
            batch.addRoute(Route(.everything(family), way))
        } else {
            let table = UInt32(link.index)
            batch.addRoute(Route(.everything(family), way, table: table))
            for address in plan.addresses where address.address.family == family {
                batch.addRule(SourceRule(from: address.address, table: table, priority: Wiring.replyRulePriority))
            }
        }
        try send(&batch, socket)
    }

    /// What is there, or gone, already is no failure.
    private static func send(_ batch: inout MessageBatch, _ socket: borrowing NetlinkSocket) throws(WiringError) {
        let failures: [BatchFailure]
        do throws(NetlinkError) { failures = try socket.exchange(&batch) } catch { throw .kernel(error) }
        for failure in failures where failure.number != EEXIST && failure.number != ESRCH {
            throw .kernel(failure.error)
        }
    }
}
