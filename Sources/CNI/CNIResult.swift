package import Addressing
package import JSON

/// What ADD made, in a form of its own that every version of the specification can be written in.
package struct CNIResult: Hashable, Sendable {
    /// The interfaces, host ends included; `IP.interface` counts in this list.
    package var interfaces: [Interface]
    /// The addresses of the container.
    package var ips: [IP]
    /// The routes of the container.
    package var routes: [Route]
    /// The name service, as configured; nil when nobody said.
    package var dns: JSON?
    /// Members that the specification does not know, kept as they came.
    package var extra: [JSON.Member] = []

    /// Makes a result.
    package init(interfaces: [Interface] = [], ips: [IP] = [], routes: [Route] = [], dns: JSON? = nil) {
        self.interfaces = interfaces
        self.ips = ips
        self.routes = routes
        self.dns = dns
    }

    /// This result of earlier plugins with a plugin's own after it.
    ///
    /// Own interface numbers are shifted behind the earlier interfaces; an own name service replaces the earlier one
    /// unless it is empty.
    package func appending(_ own: CNIResult) -> CNIResult {
        var merged = self
        merged.interfaces += own.interfaces
        for ip in own.ips {
            var shifted = ip
            if let interface = ip.interface { shifted.interface = interface &+ interfaces.count }
            merged.ips.append(shifted)
        }
        merged.routes += own.routes
        if let dns = own.dns, dns != .object([]) { merged.dns = dns }
        merged.extra += own.extra.filter { extra.value(named: $0.name) == nil }
        return merged
    }
}

extension CNIResult {
    /// An address of the container.
    package struct IP: Hashable, Sendable {
        /// The address with its prefix length.
        package var address: InterfaceAddress
        /// The gateway of its subnet.
        package var gateway: IPAddress?
        /// Which of the result's interfaces has it, counted from 0; from outside, so it may be out of range.
        package var interface: Int?
        /// Members that the specification does not know, kept as they came.
        package var extra: [JSON.Member] = []

        /// Makes an address.
        package init(address: InterfaceAddress, gateway: IPAddress? = nil, interface: Int? = nil) {
            self.address = address
            self.gateway = gateway
            self.interface = interface
        }
    }

    /// A network interface in the container or on the host.
    package struct Interface: Hashable, Sendable {
        /// Its name.
        package var name: String
        /// Its hardware address as it was given.
        package var mac: String?
        /// Its MTU in bytes.
        package var mtu: Int?
        /// CNI_NETNS of the container that it is in; nil for the host's.
        package var sandbox: String?
        /// Path of a vhost-user socket.
        package var socketPath: String?
        /// Identifier of a PCI device.
        package var pciID: String?
        /// Members that the specification does not know, kept as they came.
        package var extra: [JSON.Member] = []
        /// From which version on the members of 1.1.0 are written: some plugins write them into 1.0.0, too.
        var newMembersSince = CNIVersion.v110

        /// Makes an interface.
        package init(name: String, mac: String? = nil, mtu: Int? = nil, sandbox: String? = nil) {
            self.name = name
            self.mac = mac
            self.mtu = mtu
            self.sandbox = sandbox
        }
    }

    /// A route of the container.
    package struct Route: Hashable, Sendable {
        /// The destination.
        package var dst: Prefix
        /// The next hop; nil for the gateway of the matching address.
        package var gw: IPAddress?
        /// MTU along the route in bytes.
        package var mtu: Int?
        /// Maximum segment size to announce in bytes.
        package var advmss: Int?
        /// Metric; lower wins.
        package var priority: Int?
        /// Routing table.
        package var table: Int?
        /// Scope as in rtnetlink(7): 0, 253 or 254.
        package var scope: Int?
        /// Members that the specification does not know, kept as they came.
        package var extra: [JSON.Member] = []
        /// From which version on the members of 1.1.0 are written: some plugins write them into 1.0.0, too.
        var newMembersSince = CNIVersion.v110

        /// Makes a route.
        package init(dst: Prefix, gw: IPAddress? = nil) {
            self.dst = dst
            self.gw = gw
        }
    }
}
