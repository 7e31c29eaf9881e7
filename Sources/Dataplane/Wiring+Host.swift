import Addressing
import Glibc
import Netlink
import System

extension Wiring {
    /// Sets up the host's end: settings, the pod's routes, its blocks' blackholes, forwarding.
    ///
    /// - Returns: addresses whose route another device holds. The link stands; the caller sets them aside and calls
    ///   `addHostRoute` with others.
    package mutating func connectHost(_ plan: LinkPlan) throws(WiringError) -> [LinkPlan.Address] {
        try plan.setHostSettings6()
        batch.set(alias: plan.owner.alias, group: 0, settings: LinkPlan.hostSettings, ofLink: hostIndex)
        batch.answerProxyARPWithoutDelay(onLink: hostIndex)
        let hasIPv6 = plan.families.contains(.ipv6)
        if hasIPv6, let address = InterfaceAddress(LinkPlan.gateway6, prefixLength: 64) {
            // The kernel would make it by itself, but only some time after the carrier.
            batch.addAddress(address, toLink: hostIndex, hasPrefixRoute: true)
        }
        let firstRoute = batch.count
        for address in plan.addresses { batch.addRoute(hostRoute(address)) }
        let firstBlackhole = batch.count
        for block in plan.blackholes { batch.addRoute(block) }
        let firstQuery = batch.count
        for family in plan.families { batch.queryForwarding(family) }
        var sleeping: [AddressFamily] = []
        let failures: [BatchFailure]
        do throws(NetlinkError) {
            failures = try host.exchange(&batch, lastIsQuery: true) { reply in
                if let forwarding = reply.forwarding, !forwarding.isOn { sleeping.append(forwarding.family) }
            }
        } catch { throw .kernel(error) }
        var conflicts: [LinkPlan.Address] = []
        for failure in failures {
            switch failure.index {
            case firstRoute..<firstBlackhole where failure.number == EEXIST:
                conflicts.append(plan.addresses[failure.index - firstRoute])
            case firstBlackhole..<firstQuery where failure.number == EEXIST: break
            case 2..<firstRoute where failure.number == EEXIST: break
            default: throw .kernel(failure.error)
            }
        }
        if plan.enablesForwarding {
            for family in sleeping { try enableForwarding(family) }
        }
        return conflicts
    }

    /// Adds the route of another address; false if a device holds that one, too.
    package mutating func addHostRoute(_ address: LinkPlan.Address, _ plan: LinkPlan) throws(WiringError) -> Bool {
        batch.addRoute(hostRoute(address))
        let firstBlackhole = batch.count
        for block in plan.blackholes { batch.addRoute(block) }
        for failure in try exchange() {
            guard failure.number == EEXIST else { throw .kernel(failure.error) }
            if failure.index < firstBlackhole { return false }
        }
        return true
    }

    /// Tells the host who answers for the pod's addresses, and comes back when the link can send, so that the first
    /// packet goes out at once.
    ///
    /// Last of all: until both ends are up a neighbour would be flushed again when the kernel notices the carrier.
    package mutating func introducePod(_ plan: LinkPlan) throws(WiringError) {
        for address in plan.addresses {
            batch.setNeighbour(Neighbour(address.address, plan.podMAC, link: hostIndex, isPermanent: false))
        }
        // A kernel from 6.8 on is ready when it answers. An older one is within a millisecond; it is not waited for
        // longer than 20, for nothing is lost then but the first packets.
        for _ in 0..<200 {
            if try isReady() { return }
            usleep(100)
        }
    }

    private mutating func isReady() throws(WiringError) -> Bool {
        batch.queryReadiness(ofLink: hostIndex)
        var isReady = false
        let failures: [BatchFailure]
        do throws(NetlinkError) {
            failures = try host.exchange(&batch, lastIsQuery: true) { reply in isReady = reply.isReady ?? isReady }
        } catch { throw .kernel(error) }
        if let failure = failures.first { throw .kernel(failure.error) }
        return isReady
    }

    private borrowing func hostRoute(_ address: LinkPlan.Address) -> Route {
        Route(Prefix(host: address.address), .link(hostIndex))
    }

    private borrowing func enableForwarding(_ family: AddressFamily) throws(WiringError) {
        try calls { () throws(SystemError) in
            switch family {
            case .ipv4: try writeText("1", to: "/proc/sys/net/ipv4/ip_forward")
            case .ipv6: try writeText("1", to: "/proc/sys/net/ipv6/conf/all/forwarding")
            }
        }
    }
}

extension LinkPlan {
    /// Writes the host end's IPv6 settings.
    func setHostSettings6() throws(WiringError) {
        let hasIPv6 = families.contains(.ipv6)
        for setting in LinkPlan.hostSettings6 where hasIPv6 || !setting.onlyWithIPv6 {
            let path = "/proc/sys/net/ipv6/conf/" + hostName + "/" + setting.name
            do throws(SystemError) { try writeText(setting.value, to: path) } catch {
                // A kernel without IPv6 has no such file, and nothing to protect.
                if hasIPv6 || error.number != ENOENT { throw .system(error) }
            }
        }
    }

    /// The routes that announce the blocks.
    package var blackholes: [Route] {
        var routes: [Route] = []
        for address in addresses {
            guard let block = address.block, !block.isSingleAddress else { continue }
            routes.append(.blackhole(block, origin: blackholeOrigin))
        }
        return routes
    }
}

extension Route {
    /// A block's announcement: packets to its unused addresses end here instead of circling between nodes.
    ///
    /// For IPv6 its metric is below that of routes which BIRD writes (32), or a foreign announcement would win.
    package static func blackhole(_ block: Prefix, origin: UInt8) -> Route {
        Route(block, .blackhole, origin: origin, metric: block.family == .ipv6 ? 16 : 0)
    }
}
