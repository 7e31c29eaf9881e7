import Addressing
import Dataplane
import IPAM
import Ledger
import Netlink
import System

/// The pods of this node that Calico has wired, as the kernel shows them.
package struct CalicoPods {
    private let tables: HostTables
    private let interfaces = Interfaces()

    /// Reads the tables of the host.
    package init() throws(AuditError) {
        tables = try wires { () throws(WiringError) in try HostTables() }
    }

    /// The wires of a living pod.
    package struct Wires: Hashable, Sendable {
        let link: Link
        /// The pod's end.
        package let ifname: String
        let mac: MACAddress?
        let sandbox: String
        let sandboxIdentity: FileStatus.Identity

        /// Name of the host's end.
        package var hostInterface: String { link.name }

        /// What a lease says of them.
        package func sighting(_ attachment: Attachment, _ pod: PodIdentity) -> Ledger.Sighting {
            Ledger.Sighting(
                attachment, hostInterface: link.name, mac: mac?.description ?? "", mtu: link.mtu, sandbox: sandbox,
                sandboxIdentity: sandboxIdentity, pod: pod)
        }
    }

    /// What the kernel says of an address that somebody was given.
    package enum Evidence: Hashable, Sendable {
        /// A pod has it.
        case alive(Wires)
        /// The host itself has it, on this device.
        case own(device: String)
        /// Nothing leads to it.
        case gone
        /// What it says fits neither a living pod nor a dead one.
        case unclear(String)
    }

    /// Looks for the pod that has an address.
    ///
    /// - Parameter digits: how Calico's name of the pod's link ends, behind `cali` unless Felix is told otherwise.
    package func evidence(of address: IPAddress, digits: String) throws(AuditError) -> Evidence {
        if let device = tables.links.first(where: { hasAddress(address, $0) }) { return .own(device: device.name) }
        let routes = tables.routes(to: Prefix(host: address))
        var targets: Set<Int32> = []
        for route in routes {
            guard case .link(let index) = route.target else { return .unclear("it is routed to another node") }
            targets.insert(index)
        }
        guard targets.count < 2 else { return .unclear("two routes lead to it, by different links") }
        let routed = targets.first.flatMap { tables.link($0) }
        guard let link = routed ?? tables.link(named: "cali" + digits) else { return .gone }
        guard link.name.hasSuffix(digits) else {
            return .unclear("link \(link.name) has its route, which is another pod's: the export is not of now")
        }
        guard link.kind == "veth", let inside = interfaces.otherEnd(of: link) else {
            return .unclear("the other end of link \(link.name) is in no namespace that has a path")
        }
        if try hasAddress(address, inside) {
            return .alive(
                Wires(
                    link: link, ifname: inside.name, mac: inside.mac, sandbox: inside.path,
                    sandboxIdentity: inside.identity))
        }
        return routed == nil
            ? .gone : .unclear("link \(link.name) has its route, and the pod there has another address")
    }

    /// Single addresses of these prefixes that are routed to a link and not among `known`, with the link's name.
    package func strangers(
        in prefixes: [Prefix], besides known: Set<IPAddress>
    ) -> [(address: IPAddress, link: String)] {
        var strangers: [(address: IPAddress, link: String)] = []
        for route in tables.routes where route.destination.length == route.destination.family.bits {
            let address = route.destination.address
            guard case .link(let index) = route.target, prefixes.contains(where: { $0.contains(address) }),
                !known.contains(address), !strangers.contains(where: { $0.address == address })
            else { continue }
            strangers.append((address, tables.link(index)?.name ?? "number \(index)"))
        }
        return strangers
    }

    private func hasAddress(_ address: IPAddress, _ link: Link) -> Bool {
        tables.addresses(ofLink: link.index).contains { $0.address == address }
    }

    private func hasAddress(_ address: IPAddress, _ inside: Interfaces.Interface) throws(AuditError) -> Bool {
        guard let namespace = inside.namespace() else { return false }
        return try wires { () throws(WiringError) in
            try Wiring.addresses(of: inside.name, in: namespace).contains { $0.address == address }
        }
    }
}
