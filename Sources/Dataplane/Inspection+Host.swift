import Addressing
import Netlink

extension Inspection {
    /// Compares all of the host's side; answers the host end, if it is there.
    mutating func compareHost(_ tables: HostTables) -> Link? {
        let link = tables.link(named: plan.hostName)
        if let link {
            compare(link)
            compareWays(link, tables)
        } else {
            note(.hostLink, "the host has no link " + plan.hostName)
        }
        for wanted in plan.blackholes {
            expect(
                tables.routes(to: wanted.destination).contains { $0.target == .blackhole }, .blackhole,
                "the host has no blackhole route for block " + wanted.destination.description)
        }
        return link
    }

    private mutating func compare(_ link: Link) {
        let name = "the host's link " + link.name
        expect(
            plan.owner.owns(link), .hostLink,
            name + " has alias \"" + link.alias + "\", expected \"" + plan.owner.alias + "\"")
        expect(
            link.mac == LinkPlan.hostMAC, .hostMAC,
            name + " has MAC " + (link.mac?.description ?? "none") + ", expected " + LinkPlan.hostMAC.description)
        expect(link.isUp, .state, name + " is down")
        if !leniency.guessesMTU { compareMTU(link, name) }
        compareSettings(link, name)
    }

    mutating func compareMTU(_ link: Link, _ name: String) {
        expect(
            link.mtu == plan.mtu, .mtu, name + " has MTU " + String(link.mtu) + ", expected " + String(plan.mtu))
    }

    private mutating func compareSettings(_ link: Link, _ name: String) {
        let hasIPv6 = plan.families.contains(.ipv6)
        for setting in LinkPlan.hostSettings6 where hasIPv6 || !setting.onlyWithIPv6 {
            expect(
                "/proc/sys/net/ipv6/conf/" + link.name + "/" + setting.name, setting.value, .hostSetting,
                isRequired: hasIPv6)
        }
        guard plan.families.contains(.ipv4) else { return }
        let planned = LinkPlan.hostSettings
        guard let found = link.settings else { return note(.hostSetting, name + " has no IPv4 settings") }
        // Not route_localnet: portmap switches it on in every chain that it is in, and says so nowhere.
        for (setting, value, wanted) in [
            ("proxy_arp", found.proxyARP, planned.proxyARP), ("forwarding", found.forwarding, planned.forwarding),
            ("rp_filter", found.reversePathFilter, planned.reversePathFilter),
        ] {
            expect(
                value == wanted, .hostSetting,
                name + " has " + setting + " " + String(value) + ", expected " + String(wanted))
        }
        expect("/proc/sys/net/ipv4/neigh/" + link.name + "/proxy_delay", "0", .hostSetting)
    }

    /// Routes and neighbours by which packets find the pod.
    private mutating func compareWays(_ link: Link, _ tables: HostTables) {
        for address in plan.addresses {
            let routes = tables.routes(to: Prefix(host: address.address))
            expect(
                routes.contains { $0.target == .link(link.index) }, .hostRoute,
                "the host has no route to " + address.address.description + " by " + link.name)
            let neighbour = tables.neighbours(ofLink: link.index).first { $0.address == address.address }
            expect(
                neighbour != nil && (leniency.mayHaveNewMAC || neighbour?.mac == plan.podMAC), .hostNeighbour,
                "the host's link " + link.name + " has "
                    + (neighbour.map { "MAC " + $0.mac.description + " for" } ?? "no") + " neighbour "
                    + address.address.description + ", expected MAC " + plan.podMAC.description)
        }
        if plan.families.contains(.ipv6) {
            expect(
                tables.addresses(ofLink: link.index).contains { $0.address == LinkPlan.gateway6 }, .hostAddress,
                "the host's link " + link.name + " has no address " + LinkPlan.gateway6.description)
        }
        guard plan.enablesForwarding else { return }
        for family in plan.families {
            switch family {
            case .ipv4: expect("/proc/sys/net/ipv4/ip_forward", "1", .forwarding)
            case .ipv6: expect("/proc/sys/net/ipv6/conf/all/forwarding", "1", .forwarding)
            }
        }
    }
}
