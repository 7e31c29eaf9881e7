import Addressing
import JSON

/// A machine of the cluster, and how it speaks BGP.
package struct Node: ResourceObject {
    package static let kind = ResourceKind.node

    package var metadata: Metadata
    /// How it speaks BGP.
    package var bgp: BGP
    // What others say of the node, kept for those who read it.
    package var addresses: [Address] = []
    package var orchRefs: [OrchRef] = []
    package var interfaces: [Interface] = []

    /// How a node speaks BGP.
    package struct BGP: Hashable, Sendable {
        /// Its address, and the network around it.
        package var ipv4Address: InterfaceAddress?
        package var ipv6Address: InterfaceAddress?
        /// Its own number; nil for the cluster's.
        package var asNumber: ASNumber?
        /// The cluster for which it reflects routes, written as an IPv4 address; nil when it does not.
        package var routeReflectorClusterID: IPAddress?

        /// That of a node which does not.
        package init() {}
    }

    /// An address by which somebody knows the node.
    package struct Address: Hashable, Sendable {
        package let address: String
        /// Who does, such as `InternalIP`.
        package let type: String?
    }

    /// The node's name at an orchestrator.
    package struct OrchRef: Hashable, Sendable {
        package let nodeName: String?
        package let orchestrator: String
    }

    /// A network interface of the node.
    package struct Interface: Hashable, Sendable {
        package let name: String?
        package let addresses: [String]
    }

    /// Makes a node.
    package init(name: String, bgp: BGP = BGP()) {
        metadata = Metadata(name: name)
        self.bgp = bgp
    }

    /// Whether anything is said of how it speaks BGP.
    package var speaksBGP: Bool { bgp != BGP() }
}

extension Node {
    package var spec: JSON {
        var members: [JSON.Member] = []
        if speaksBGP { members.append(.init("bgp", bgp.manifest)) }
        members.append("addresses", addresses.map { .given([("address", $0.address), ("type", $0.type)]) })
        members.append(
            "orchRefs", orchRefs.map { .given([("nodeName", $0.nodeName), ("orchestrator", $0.orchestrator)]) })
        members.append("interfaces", interfaces.map(\.manifest))
        return .object(members)
    }
}

extension Node.BGP {
    fileprivate var manifest: JSON {
        var members: [JSON.Member] = []
        if let ipv4Address { members.append(.init("ipv4Address", .string(ipv4Address.description))) }
        if let ipv6Address { members.append(.init("ipv6Address", .string(ipv6Address.description))) }
        if let asNumber { members.append(.init("asNumber", asNumber.manifest)) }
        if let routeReflectorClusterID {
            members.append(.init("routeReflectorClusterID", .string(routeReflectorClusterID.description)))
        }
        return .object(members)
    }
}

extension Node.Interface {
    fileprivate var manifest: JSON {
        var members: [JSON.Member] = []
        if let name { members.append(.init("name", .string(name))) }
        members.append("addresses", addresses.map { .string($0) })
        return .object(members)
    }
}
