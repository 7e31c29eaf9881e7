import Addressing
import JSON

/// How the cluster speaks BGP where a node or a peer does not say otherwise.
package struct BGPConfiguration: ResourceObject {
    package static let kind = ResourceKind.bgpConfiguration

    /// The name of the one that there is.
    package static let onlyName = "default"

    package var metadata = Metadata(name: onlyName)
    /// Whether every node peers with every other; nil means that it does.
    package var nodeToNodeMeshEnabled: Bool?
    /// The number of nodes that have none of their own; nil means `ASNumber.standard`.
    package var asNumber: ASNumber?
    /// The TCP port of BGP; nil means 179.
    package var listenPort: Int?
    package var logSeverityScreen: LogSeverity?
    /// How long mesh peers wait for one that restarts; nil leaves it to BIRD.
    package var nodeMeshMaxRestartTime: RestartTime?
    /// Names for communities.
    package var communities: [NamedCommunity] = []
    /// Which routes are marked by which communities.
    package var prefixAdvertisements: [PrefixAdvertisement] = []
    /// Interfaces whose networks are not told of, `*` standing for any letters.
    package var ignoredInterfaces: [String] = []

    /// From which weight on messages are logged.
    package enum LogSeverity: String, CaseIterable, Sendable {
        case trace = "Trace"
        case debug = "Debug"
        case info = "Info"
        case warning = "Warning"
        case error = "Error"
        case fatal = "Fatal"
    }

    /// A community with a name for it.
    package struct NamedCommunity: Hashable, Sendable {
        package let name: String
        package let value: Community
    }

    /// Marks for the routes within a prefix.
    package struct PrefixAdvertisement: Hashable, Sendable {
        package let cidr: Prefix
        /// Communities, or names of some.
        package let communities: [String]
    }

    /// Makes one that leaves everything as it is.
    package init() {}

    /// The marks of an advertisement, names looked up.
    package func communities(of advertisement: PrefixAdvertisement) -> [Community] {
        advertisement.communities.compactMap(community)
    }

    /// The community that is written so or named so.
    func community(_ text: String) -> Community? {
        communities.first { $0.name == text }?.value ?? Community(parsing: text)
    }
}

extension BGPConfiguration {
    package var spec: JSON {
        var members: [JSON.Member] = []
        if let logSeverityScreen { members.append(.init("logSeverityScreen", .string(logSeverityScreen.rawValue))) }
        if let nodeToNodeMeshEnabled { members.append(.init("nodeToNodeMeshEnabled", .bool(nodeToNodeMeshEnabled))) }
        if let nodeMeshMaxRestartTime {
            members.append(.init("nodeMeshMaxRestartTime", nodeMeshMaxRestartTime.manifest))
        }
        if let asNumber { members.append(.init("asNumber", asNumber.manifest)) }
        if let listenPort { members.append(.init("listenPort", JSON(listenPort))) }
        members.append("communities", communities.map(\.manifest))
        members.append("prefixAdvertisements", prefixAdvertisements.map(\.manifest))
        members.append("ignoredInterfaces", ignoredInterfaces.map { .string($0) })
        return .object(members)
    }
}

extension BGPConfiguration.NamedCommunity {
    fileprivate var manifest: JSON { ["name": .string(name), "value": .string(value.description)] }
}

extension BGPConfiguration.PrefixAdvertisement {
    fileprivate var manifest: JSON {
        ["cidr": .string(cidr.description), "communities": .array(communities.map { .string($0) })]
    }
}
