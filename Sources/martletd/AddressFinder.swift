import Addressing
import AgentConfiguration
import Netlink

/// Finds the address that other nodes reach this one by, among those that its interfaces have.
struct AddressFinder {
    private let links: [Link]
    private let addresses: [(link: Int32, address: InterfaceAddress)]

    /// Interfaces of containers and of virtual networks, at which no other node can reach this one: those that Calico
    /// leaves out, by the beginnings of their names.
    fileprivate static let excluded = [
        "docker", "cbr", "dummy", "virbr", "lxcbr", "veth", "cali", "tunl", "flannel", "kube-ipvs", "cni",
    ]

    /// Looks at the namespace of the calling thread.
    init() throws(NetlinkError) {
        let socket = try NetlinkSocket()
        links = try socket.links().sorted { $0.index < $1.index }
        addresses = try socket.allAddresses().map { (link: $0.0, address: $0.1) }
    }

    /// The address that a method finds; nil where there is none now.
    func address(_ family: AddressFamily, by method: AddressDetection) throws(NetlinkError) -> InterfaceAddress? {
        switch method {
        case .given(let address): address
        case .firstFound: first(family) { !$0.isExcluded }
        case .skipInterface(let patterns): first(family) { !$0.isExcluded && !$0.matches(patterns) }
        case .interface(let patterns): first(family) { $0.matches(patterns) }
        case .cidr(let prefixes): first(family, in: prefixes) { _ in true }
        case .canReach(let target): try first(towards: target)
        }
    }

    private func first(
        _ family: AddressFamily, in prefixes: [Prefix]? = nil, where isMeant: (Link) -> Bool
    ) -> InterfaceAddress? {
        for link in links where link.isUp && isMeant(link) {
            let found = addresses.first { index, address in
                index == link.index && address.address.family == family && !address.address.isLinkLocal
                    && !address.address.isLoopback
                    && prefixes.map { $0.contains { $0.contains(address.address) } } ?? true
            }
            if let found { return found.address }
        }
        return nil
    }

    /// That of the interface by which packets to the target leave.
    private func first(towards target: IPAddress) throws(NetlinkError) -> InterfaceAddress? {
        switch try NetlinkSocket().route(to: target)?.target {
        case .link(let index), .gateway(_, link: let index): first(target.family) { $0.index == index }
        case .blackhole, .other, nil: nil
        }
    }
}

extension Link {
    fileprivate var isExcluded: Bool {
        name == "lo" || AddressFinder.excluded.contains { name.hasPrefix($0) }
    }

    fileprivate func matches(_ patterns: [NamePattern]) -> Bool { patterns.contains { $0.matches(name) } }
}
