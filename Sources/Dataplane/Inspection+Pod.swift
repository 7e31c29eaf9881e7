import Addressing
import Netlink

extension Inspection {
    /// Compares the pod's side, by a socket of its namespace and a thread that is in it.
    mutating func comparePod(_ hostLink: Link?, _ socket: borrowing NetlinkSocket) throws(WiringError) {
        let found = try kernel { () throws(NetlinkError) in try socket.link(named: plan.podName) }
        guard let link = found else { return note(.podLink, "the pod has no interface " + plan.podName) }
        let name = "the pod's interface " + link.name
        compare(link, name, hostLink)
        let loopback = try kernel { () throws(NetlinkError) in try socket.link(1) }
        expect(loopback?.isUp ?? false, .state, "the pod's lo is down")
        let addresses = try kernel { () throws(NetlinkError) in try socket.addresses(ofLink: link.index) }
        for address in plan.addresses {
            expect(
                addresses.contains(address.interface), .podAddress,
                name + " has no address " + address.interface.description)
        }
        try compareNeighbours(link, name, socket)
        for family in plan.families { try compareRoutes(family, link, socket) }
        guard !leniency.ignoresPodSettings else { return }
        for setting in plan.podSettings { expect(setting.path, setting.value, .podSetting) }
    }

    private mutating func compare(_ link: Link, _ name: String, _ peer: Link?) {
        expect(
            link.mac == plan.podMAC, .podMAC,
            name + " has MAC " + (link.mac?.description ?? "none") + ", expected " + plan.podMAC.description)
        expect(link.isUp, .state, name + " is down")
        if let peer {
            expect(
                link.kind == "veth" && link.peerIndex == peer.index, .podLink,
                name + " is not the other end of the host's link " + peer.name)
        }
        if !leniency.guessesMTU {
            if link.mtu > plan.mtu || !leniency.podMTUMayBeLower { compareMTU(link, name) }
        } else if let peer {
            expect(
                peer.mtu == link.mtu, .mtu,
                "the host's link " + peer.name + " has MTU " + String(peer.mtu) + ", " + name + " "
                    + String(link.mtu))
        }
    }

    private mutating func compareNeighbours(
        _ link: Link, _ name: String, _ socket: borrowing NetlinkSocket
    ) throws(WiringError) {
        let neighbours = try kernel { () throws(NetlinkError) in try socket.neighbours(ofLink: link.index) }
        for family in plan.families {
            let gateway = LinkPlan.gateway(family)
            let isKnown = neighbours.contains {
                $0.address == gateway && $0.mac == LinkPlan.hostMAC && $0.isPermanent
            }
            expect(
                isKnown || leniency.mayHaveNewMAC, .podNeighbour,
                name + " has no permanent neighbour " + gateway.description + " with MAC "
                    + LinkPlan.hostMAC.description)
        }
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
        let hasDefault = isThere(.everything(family), way) { $0 == Route.mainTable }
        for destination in plan.destinations where destination.family == family {
            expect(
                isThere(destination, way) { $0 == Route.mainTable }, .podRoute,
                "the pod has no route to " + destination.description + " via " + gateway.description + " dev "
                    + link.name)
        }
        if plan.wantsDefaultRoute && (hasDefault || !leniency.guessesRoutes) {
            if family == .ipv4 {
                expect(
                    isThere(Prefix(host: gateway), .link(link.index)) { $0 == Route.mainTable }, .podRoute,
                    "the pod has no link route to " + gateway.description + " dev " + link.name)
            }
            return expect(
                hasDefault, .podRoute,
                "the pod has no default route (" + Prefix.everything(family).description + ") via "
                    + gateway.description + " dev " + link.name)
        }
        let rules = try kernel { () throws(NetlinkError) in try socket.sourceRules(family) }
        for address in plan.addresses where address.address.family == family {
            // An interface that was made anew has left its first rule behind.
            let isWhole = rules.contains { rule in
                rule.source == address.address && isThere(.everything(family), way) { $0 == rule.table }
            }
            expect(
                isWhole, .podRoute,
                "the pod has no "
                    + (leniency.guessesRoutes ? "default route via " + gateway.description + " and no " : "")
                    + "rule that sends what comes from " + address.address.description + " by " + link.name)
        }
    }
}
