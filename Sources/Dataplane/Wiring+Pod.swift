import Addressing
import Glibc
import Netlink
import System

extension Wiring {
    /// What the pod's side got.
    package struct PodRoutes: Hashable, Sendable {
        /// Routes in the pod's main table through this link.
        package var routes: [Route] = []
    }

    /// Moves the calling thread into the pod and sets up its end. There is no way back.
    ///
    /// - Throws: `WiringError.podRouteTaken` for a listed route that the pod has already.
    package mutating func connectPod(
        _ plan: LinkPlan, in namespace: borrowing NetworkNamespace
    ) throws(WiringError) -> PodRoutes {
        do throws(SystemError) { try namespace.enter() } catch { throw .system(error) }
        let pod = try kernel { () throws(NetlinkError) in try NetlinkSocket() }
        try setPodSettings(plan)
        let wanted = plan.podRoutes(link: podIndex)
        batch.setUp(link: Self.loopbackIndex)
        // A later plugin may change the MAC; the host hears of it at once, instead of asking after its first packets.
        batch.setUpAnnouncing(link: podIndex)
        for address in plan.addresses { batch.addAddress(address.interface, toLink: podIndex) }
        for family in plan.families {
            let gateway = LinkPlan.gateway(family)
            batch.setNeighbour(Neighbour(gateway, LinkPlan.hostMAC, link: podIndex, isPermanent: true))
        }
        let firstRoute = batch.count
        for route in wanted { batch.addRoute(route.route) }
        var made = PodRoutes()
        for route in wanted { made.routes.append(route.route) }
        for failure in try exchange(pod) {
            guard failure.number == EEXIST, failure.index >= firstRoute else { throw .kernel(failure.error) }
            let taken = wanted[failure.index - firstRoute]
            guard taken.yields else { throw .podRouteTaken(taken.route) }
            made.routes.removeAll { $0 == taken.route }
        }
        try routeReplies(plan, pod, made)
        for address in plan.addresses where address.address.family == .ipv6 {
            try Self.awaitAddress(address.address, pod)
        }
        return made
    }

    /// Waits until the pod takes packets for an IPv6 address.
    ///
    /// A worker of the kernel puts the address's local route some moments after the address, also where it does not
    /// look for duplicates. Not waited for longer than 20 ms: nothing is lost then but the first packets.
    static func awaitAddress(
        _ address: IPAddress, _ pod: borrowing NetlinkSocket
    ) throws(WiringError) {
        for _ in 0..<200 {
            let route = try kernel { () throws(NetlinkError) in try pod.route(to: address) }
            if route?.table == Route.localTable { return }
            usleep(100)
        }
    }

    /// Lets what is sent from this link's addresses leave by this link, where the default route is another's.
    ///
    /// Without it replies would take the first interface, where the host drops them for their foreign source.
    private mutating func routeReplies(
        _ plan: LinkPlan, _ pod: borrowing NetlinkSocket, _ made: PodRoutes
    ) throws(WiringError) {
        for family in plan.families {
            let isDefault = made.routes.contains { $0.destination == .everything(family) }
            if isDefault { continue }
            let table = UInt32(podIndex)
            batch.addRoute(
                Route(.everything(family), .gateway(LinkPlan.gateway(family), link: podIndex), table: table))
            for address in plan.addresses where address.address.family == family {
                batch.addRule(SourceRule(from: address.address, table: table, priority: Self.replyRulePriority))
            }
        }
        if let failure = try exchange(pod).first { throw .kernel(failure.error) }
    }

    /// Before the main table (32766), after the local one (0).
    static let replyRulePriority: UInt32 = 1000
    private static let loopbackIndex: Int32 = 1

    private mutating func exchange(_ socket: borrowing NetlinkSocket) throws(WiringError) -> [BatchFailure] {
        do throws(NetlinkError) { return try socket.exchange(&batch) } catch { throw .kernel(error) }
    }

    /// The thread is in the pod, and /proc/sys/net shows the pod's settings.
    private borrowing func setPodSettings(_ plan: LinkPlan) throws(WiringError) {
        try calls { () throws(SystemError) in
            for setting in plan.podSettings { try writeText(setting.value, to: setting.path) }
        }
    }
}

extension LinkPlan {
    /// A route of the pod, and whether it gives way to one that is there.
    struct PodRoute: Hashable, Sendable {
        let route: Route
        let yields: Bool
    }

    /// The pod's routes through its end of the link.
    func podRoutes(link: Int32) -> [PodRoute] {
        var routes: [PodRoute] = []
        for family in families {
            let gateway = LinkPlan.gateway(family)
            if family == .ipv4 {
                routes.append(PodRoute(route: Route(Prefix(host: gateway), .link(link)), yields: true))
            }
            for destination in destinations where destination.family == family {
                routes.append(
                    PodRoute(route: Route(destination, .gateway(gateway, link: link)), yields: false))
            }
            if wantsDefaultRoute {
                routes.append(
                    PodRoute(route: Route(.everything(family), .gateway(gateway, link: link)), yields: true))
            }
        }
        return routes
    }

    /// Settings inside the pod's namespace: files below /proc/sys.
    package var podSettings: [(path: String, value: String)] {
        var settings: [(path: String, value: String)] = []
        for family in families {
            switch family {
            case .ipv4: settings.append(("/proc/sys/net/ipv4/ip_forward", podForwards ? "1" : "0"))
            case .ipv6:
                for scope in ["all", "default", "lo"] {
                    settings.append(("/proc/sys/net/ipv6/conf/" + scope + "/disable_ipv6", "0"))
                }
                settings += podInterfaceSettings
                settings.append(("/proc/sys/net/ipv6/conf/all/forwarding", podForwards ? "1" : "0"))
            }
        }
        return settings
    }

    /// Those of them that come and go with the interface.
    var podInterfaceSettings: [(path: String, value: String)] {
        guard families.contains(.ipv6) else { return [] }
        return [
            ("/proc/sys/net/ipv6/conf/" + podName + "/accept_dad", "0"),
            ("/proc/sys/net/ipv6/conf/" + podName + "/ndisc_notify", "1"),
        ]
    }
}
