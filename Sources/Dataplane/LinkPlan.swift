import Addressing
import Netlink

/// How one pod interface is to be wired: everything that ADD makes in the kernel, and that CHECK compares.
package struct LinkPlan: Hashable, Sendable {
    /// An address of the pod and the way to it.
    package struct Address: Hashable, Sendable {
        /// With the prefix length that the pod sees; the route on the host is always for the address alone.
        package let interface: InterfaceAddress
        /// The block that announces it; nil where Martlet owns none (another IPAM).
        package let block: Prefix?

        package init(_ interface: InterfaceAddress, block: Prefix?) {
            self.interface = interface
            self.block = block
        }

        package var address: IPAddress { interface.address }
    }

    package var hostName: String
    /// Says whose the link is.
    package var owner: LinkOwner
    package var podName: String
    package var podMAC: MACAddress
    /// Bytes.
    package var mtu: Int
    package var addresses: [Address]
    /// Destinations that the pod reaches through the host and nothing else, beside a default route.
    package var destinations: [Prefix]
    /// Whether the pod's default route goes this way if it has none yet: a second interface leaves the first its own.
    package var wantsDefaultRoute: Bool
    /// Who is named as the maker of blackhole routes (`RTPROT_*`).
    package var blackholeOrigin: UInt8
    /// Whether the pod itself forwards packets.
    package var podForwards: Bool
    /// Whether forwarding is switched on where the host has it off.
    package var enablesForwarding: Bool

    package init(
        hostName: String, owner: LinkOwner, podName: String, podMAC: MACAddress, mtu: Int, addresses: [Address],
        destinations: [Prefix], wantsDefaultRoute: Bool, blackholeOrigin: UInt8, podForwards: Bool,
        enablesForwarding: Bool
    ) {
        self.hostName = hostName
        self.owner = owner
        self.podName = podName
        self.podMAC = podMAC
        self.mtu = mtu
        self.addresses = addresses
        self.destinations = destinations
        self.wantsDefaultRoute = wantsDefaultRoute
        self.blackholeOrigin = blackholeOrigin
        self.podForwards = podForwards
        self.enablesForwarding = enablesForwarding
    }

    /// The host end's MAC, the same everywhere as in Calico: pods need no ARP for their gateway, and it never changes.
    package static let hostMAC = MACAddress(0xEEEE_EEEE_EEEE)

    /// 169.254.1.1, which the host end answers ARP for.
    package static let gateway4 = IPAddress(ipv4: 0xA9FE_0101)

    /// The host end's link-local address: what EUI-64 makes of its MAC (RFC 4291, appendix A).
    package static let gateway6 = IPAddress(.ipv6, 0xFE80_0000_0000_0000_ECEE_EEFF_FEEE_EEEE)

    /// The pod's gateway of a family.
    package static func gateway(_ family: AddressFamily) -> IPAddress {
        switch family {
        case .ipv4: gateway4
        case .ipv6: gateway6
        }
    }

    /// Families that have an address, in the order of the addresses.
    package var families: [AddressFamily] {
        var families: [AddressFamily] = []
        for address in addresses where !families.contains(address.address.family) {
            families.append(address.address.family)
        }
        return families
    }

    /// Settings of the host end that differ from the kernel's own.
    ///
    /// It answers ARP for the gateway and forwards; it drops what the pod sends with another's address, and does not let
    /// the pod reach services on the host's loopback.
    package static let hostSettings = LinkSettings(
        proxyARP: 1, forwarding: 1, reversePathFilter: 1, routesLoopback: 0)

    /// IPv6 settings of the host end below /proc/sys/net/ipv6/conf, for which netlink has no message.
    ///
    /// A router advertisement from a pod must never change the host's routes, whether or not the pod has IPv6.
    static let hostSettings6: [(name: String, value: String, onlyWithIPv6: Bool)] = [
        ("accept_ra", "0", false), ("disable_ipv6", "0", true), ("accept_dad", "0", true), ("proxy_ndp", "1", true),
        ("forwarding", "1", true),
    ]
}
