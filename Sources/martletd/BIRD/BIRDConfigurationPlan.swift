import Addressing
import AgentConfiguration
import BIRD
import Registry
import Resources

/// The configuration that BIRD is to have: a function of what the cluster has agreed on and what the node is told.
struct BIRDConfigurationPlan: Hashable, Sendable {
    let text: String

    /// nil while the node is not in the cluster, or has no address.
    init?(_ configuration: AgentConfiguration, _ cluster: Cluster) {
        let mesh = Mesh(cluster)
        guard let speaker = Speaker(configuration.node, in: mesh, passwords: configuration.passwords),
            let routerID = configuration.bird.routerID ?? Self.routerID(speaker)
        else { return nil }
        let settings = LocalSettings(
            routerID: routerID, routeProtocol: Int(configuration.routeProtocol), log: configuration.bird.log,
            ecmp: configuration.bird.ecmp, bfd: configuration.bird.bfd, holdTime: configuration.bird.holdTime)
        text = Configuration(of: speaker, settings).text
    }

    /// The node's IPv4 address; without one, four bytes that its IPv6 address gives, never 0.
    private static func routerID(_ speaker: Speaker) -> IPAddress? {
        if let address = speaker.address(.ipv4)?.address { return address }
        guard let address = speaker.address(.ipv6)?.address else { return nil }
        let folded = UInt32(truncatingIfNeeded: UInt64(fnv1a(address.description)))
        return IPAddress(ipv4: folded | 1)
    }
}

extension Mesh {
    /// What of the cluster concerns routing.
    init(_ cluster: Cluster) {
        self.init(
            nodes: cluster.nodes.values.sorted { $0.name < $1.name },
            peers: cluster.peers.values.sorted { $0.name < $1.name },
            configuration: cluster.configurations[BGPConfiguration.onlyName] ?? BGPConfiguration(),
            pools: cluster.pools.values.sorted { $0.name < $1.name })
    }
}
