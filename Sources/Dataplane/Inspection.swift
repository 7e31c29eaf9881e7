import Addressing
import Glibc
import Netlink
import System

/// Compares a `LinkPlan` with what the kernel has, and says every difference in words.
///
/// It looks for what Martlet made and nothing else: what other plugins added beside it is theirs.
package struct Inspection {
    /// What differs; empty when all is as planned.
    package private(set) var differences: [String] = []
    let plan: LinkPlan

    private init(_ plan: LinkPlan, hasNewMAC: Bool) {
        self.plan = plan
        self.hasNewMAC = hasNewMAC
    }

    /// Whether a later plugin gave the pod's end another MAC: the kernel forgets all neighbours of a link then.
    let hasNewMAC: Bool

    /// Compares the host's side, then moves the calling thread into the pod and compares there.
    ///
    /// - Parameters:
    ///   - hasNewMAC: whether a later plugin may have given the pod's end another MAC.
    ///   - knowsMTU: whether the plan's MTU is known; otherwise both ends are to have the same.
    /// - Returns: the differences.
    package static func run(
        _ plan: LinkPlan, hasNewMAC: Bool, knowsMTU: Bool, in namespace: borrowing NetworkNamespace
    ) throws(WiringError) -> [String] {
        var inspection = Inspection(plan, hasNewMAC: hasNewMAC)
        let hostSocket = try kernel { () throws(NetlinkError) in try NetlinkSocket() }
        let hostLink = try kernel { () throws(NetlinkError) in try hostSocket.link(named: plan.hostName) }
        if let hostLink {
            inspection.compare(hostLink)
            if knowsMTU { inspection.compareMTU(hostLink, "the host's link ") }
            try inspection.compareHost(hostLink, hostSocket)
        } else {
            inspection.note("the host has no link " + plan.hostName)
        }
        try inspection.compareBlackholes(hostSocket)
        try calls { () throws(SystemError) in try namespace.enter() }
        let podSocket = try kernel { () throws(NetlinkError) in try NetlinkSocket() }
        let podLink = try kernel { () throws(NetlinkError) in try podSocket.link(named: plan.podName) }
        if let podLink {
            inspection.compare(podLink, peer: hostLink)
            if knowsMTU {
                inspection.compareMTU(podLink, "the pod's interface ")
            } else if let hostLink {
                inspection.expect(
                    hostLink.mtu == podLink.mtu,
                    "the host's link " + hostLink.name + " has MTU " + String(hostLink.mtu) + ", the pod's interface "
                        + podLink.name + " " + String(podLink.mtu))
            }
            try inspection.comparePod(podLink, podSocket)
        } else {
            inspection.note("the pod has no interface " + plan.podName)
        }
        return inspection.differences
    }

    private mutating func compareMTU(_ link: Link, _ kind: String) {
        expect(
            link.mtu == plan.mtu,
            kind + link.name + " has MTU " + String(link.mtu) + ", expected " + String(plan.mtu))
    }

    mutating func note(_ difference: String) { differences.append(difference) }

    mutating func expect(_ isTrue: Bool, _ difference: String) {
        if !isTrue { note(difference) }
    }

    /// Compares a file below /proc/sys with what it should hold.
    mutating func expect(_ path: String, _ value: String, isRequired: Bool = true) {
        do throws(SystemError) {
            let found = try readText(path)
            expect(found == value, path + " is " + found + ", expected " + value)
        } catch {
            if isRequired || error.number != ENOENT { note(error.description + ", expected " + value) }
        }
    }
}

// MARK: The host

extension Inspection {
    private mutating func compare(_ link: Link) {
        let name = "the host's link " + link.name
        expect(plan.owner.owns(link), name + " has alias \"" + link.alias + "\", expected \"" + plan.owner.alias + "\"")
        expect(
            link.mac == LinkPlan.hostMAC,
            name + " has MAC " + (link.mac?.description ?? "none") + ", expected " + LinkPlan.hostMAC.description)
        expect(link.isUp, name + " is down")
        guard plan.families.contains(.ipv4) else { return }
        let planned = LinkPlan.hostSettings
        guard let found = link.settings else { return note(name + " has no IPv4 settings") }
        // Not route_localnet: portmap switches it on in every chain that it is in, and says so nowhere.
        for (setting, value, wanted) in [
            ("proxy_arp", found.proxyARP, planned.proxyARP), ("forwarding", found.forwarding, planned.forwarding),
            ("rp_filter", found.reversePathFilter, planned.reversePathFilter),
        ] {
            expect(
                value == wanted, name + " has " + setting + " " + String(value) + ", expected " + String(wanted))
        }
        expect("/proc/sys/net/ipv4/neigh/" + link.name + "/proxy_delay", "0")
    }

    private mutating func compareHost(_ link: Link, _ socket: borrowing NetlinkSocket) throws(WiringError) {
        let hasIPv6 = plan.families.contains(.ipv6)
        for setting in LinkPlan.hostSettings6 where hasIPv6 || !setting.onlyWithIPv6 {
            expect(
                "/proc/sys/net/ipv6/conf/" + link.name + "/" + setting.name, setting.value, isRequired: hasIPv6)
        }
        let neighbours = try kernel { () throws(NetlinkError) in try socket.neighbours(ofLink: link.index) }
        for address in plan.addresses {
            let route = try kernel { () throws(NetlinkError) in try socket.route(to: address.address) }
            let isRouted =
                route?.destination == Prefix(host: address.address) && route?.target == .link(link.index)
            expect(isRouted, "the host has no route to " + address.address.description + " by " + link.name)
            let neighbour = neighbours.first { $0.address == address.address }
            expect(
                neighbour != nil && (hasNewMAC || neighbour?.mac == plan.podMAC),
                "the host's link " + link.name + " has "
                    + (neighbour.map { "MAC " + $0.mac.description + " for" } ?? "no") + " neighbour "
                    + address.address.description + ", expected MAC " + plan.podMAC.description)
        }
        if hasIPv6 {
            let addresses = try kernel { () throws(NetlinkError) in try socket.addresses(ofLink: link.index) }
            expect(
                addresses.contains { $0.address == LinkPlan.gateway6 },
                "the host's link " + link.name + " has no address " + LinkPlan.gateway6.description)
        }
        guard plan.enablesForwarding else { return }
        for family in plan.families {
            switch family {
            case .ipv4: expect("/proc/sys/net/ipv4/ip_forward", "1")
            case .ipv6: expect("/proc/sys/net/ipv6/conf/all/forwarding", "1")
            }
        }
    }

    private mutating func compareBlackholes(_ socket: borrowing NetlinkSocket) throws(WiringError) {
        for wanted in plan.blackholes {
            let routes = try kernel { () throws(NetlinkError) in
                try socket.routes(wanted.destination.family, table: Route.mainTable)
            }
            let isThere = routes.contains { $0.destination == wanted.destination && $0.target == .blackhole }
            expect(isThere, "the host has no blackhole route for block " + wanted.destination.description)
        }
    }
}

// MARK: The pod

extension Inspection {
    private mutating func compare(_ link: Link, peer: Link?) {
        let name = "the pod's interface " + link.name
        expect(
            link.mac == plan.podMAC,
            name + " has MAC " + (link.mac?.description ?? "none") + ", expected " + plan.podMAC.description)
        expect(link.isUp, name + " is down")
        if let peer {
            expect(
                link.kind == "veth" && link.peerIndex == peer.index,
                name + " is not the other end of the host's link " + peer.name)
        }
    }

    private mutating func comparePod(_ link: Link, _ socket: borrowing NetlinkSocket) throws(WiringError) {
        let name = "the pod's interface " + link.name
        let loopback = try kernel { () throws(NetlinkError) in try socket.link(1) }
        expect(loopback?.isUp ?? false, "the pod's lo is down")
        let addresses = try kernel { () throws(NetlinkError) in try socket.addresses(ofLink: link.index) }
        for address in plan.addresses {
            expect(addresses.contains(address.interface), name + " has no address " + address.interface.description)
        }
        let neighbours = try kernel { () throws(NetlinkError) in try socket.neighbours(ofLink: link.index) }
        for family in plan.families {
            let gateway = LinkPlan.gateway(family)
            let isKnown = neighbours.contains {
                $0.address == gateway && $0.mac == LinkPlan.hostMAC && $0.isPermanent
            }
            expect(
                isKnown || hasNewMAC,
                name + " has no permanent neighbour " + gateway.description + " with MAC "
                    + LinkPlan.hostMAC.description)
            try compareRoutes(family, link, socket)
        }
        for setting in plan.podSettings { expect(setting.path, setting.value) }
    }

    private mutating func compareRoutes(
        _ family: AddressFamily, _ link: Link, _ socket: borrowing NetlinkSocket
    ) throws(WiringError) {
        let routes = try kernel { () throws(NetlinkError) in try socket.routes(family) }
        func isThere(_ destination: Prefix, _ target: Route.Target, in tables: (UInt32) -> Bool) -> Bool {
            routes.contains { $0.destination == destination && $0.target == target && tables($0.table) }
        }
        let gateway = LinkPlan.gateway(family)
        let way = Route.Target.gateway(gateway, link: link.index)
        for destination in plan.destinations where destination.family == family {
            expect(
                isThere(destination, way) { $0 == Route.mainTable },
                "the pod has no route to " + destination.description + " via " + gateway.description + " dev "
                    + link.name)
        }
        if plan.wantsDefaultRoute {
            if family == .ipv4 {
                expect(
                    isThere(Prefix(host: gateway), .link(link.index)) { $0 == Route.mainTable },
                    "the pod has no link route to " + gateway.description + " dev " + link.name)
            }
            expect(
                isThere(.everything(family), way) { $0 == Route.mainTable },
                "the pod has no default route (" + Prefix.everything(family).description + ") via "
                    + gateway.description + " dev " + link.name)
        } else {
            let rules = try kernel { () throws(NetlinkError) in try socket.sourceRules(family) }
            for address in plan.addresses where address.address.family == family {
                let rule = rules.first { $0.source == address.address }
                let isWhole = rule.map { rule in isThere(.everything(family), way) { $0 == rule.table } } ?? false
                expect(
                    isWhole,
                    "the pod has no rule that sends what comes from " + address.address.description + " by " + link.name
                )
            }
        }
    }
}
