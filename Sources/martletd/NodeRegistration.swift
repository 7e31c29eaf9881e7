import Addressing
import AgentConfiguration
import Logging
import Registry
import Resources
import ServiceLifecycle

/// Tells the others of this node: its name, addresses, AS number and labels.
///
/// What operators have declared of the node stays; the agent adds what its configuration says, and its addresses.
struct NodeRegistration: Service {
    let configuration: AgentConfiguration
    let registry: any Registry
    let alarms: Alarms
    let log: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = Pause()
            while !Task.isCancelled {
                do throws(RegistryError) {
                    try await register()
                    alarms.clear(.node)
                    break
                } catch {
                    alarms.raise(.node, "this node is not registered: \(error)")
                    await pause.wait()
                }
            }
        }
        try await gracefulShutdown()
    }

    private func register() async throws(RegistryError) {
        let key = RegistryKey(.node, configuration.node)
        let found = try await registry.get(key)
        var node = Node(name: configuration.node)
        if let found, case .node(let declared) = try Resource(found) { node = declared }
        let declared = node
        let wishes = configuration.wishes
        if case .given(let address)? = wishes.ipv4 { node.bgp.ipv4Address = address }
        if case .given(let address)? = wishes.ipv6 { node.bgp.ipv6Address = address }
        if let number = wishes.asNumber { node.bgp.asNumber = number }
        if let cluster = wishes.routeReflectorClusterID { node.bgp.routeReflectorClusterID = cluster }
        node.metadata.labels.merge(wishes.labels) { _, own in own }
        guard node != declared || found == nil else { return }
        try await registry.put(key, Resource.node(node).manifest.description, expecting: found?.revision)
    }
}
