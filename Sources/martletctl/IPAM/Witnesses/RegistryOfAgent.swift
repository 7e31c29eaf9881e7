import Addressing
import AgentConfiguration
import Audit
import Glibc
import Registry
import Resources
import System

/// The registry that this node's agent goes by.
struct RegistryOfAgent: Sendable {
    private let node: String
    private let registry: any Registry
    /// The registry's file, where the agent's own is not all there is.
    private let path: String?

    init(_ agent: AgentConfiguration) throws(Trouble) {
        node = agent.node
        guard let place = agent.registry else {
            registry = StaticRegistry(agent.objects)
            path = nil
            return
        }
        do throws(RegistryError) { registry = try place.open() } catch { throw Trouble(.blind, error.description) }
        switch place {
        case .sqlite(let path): self.path = path
        }
    }

    /// What the audit compares.
    func state() throws(RegistryError) -> ClusterState {
        let isShared = path != nil
        let objects = try objects(of: [.pool, .node] + (isShared ? [.block] : []))
        var cluster = Cluster()
        for object in objects { cluster.take(object) }
        var state = ClusterState()
        state.pools = cluster.pools.values.map(\.pool)
        for node in cluster.nodes.values {
            state.nodes[node.name] = [node.bgp.ipv4Address, node.bgp.ipv6Address].compactMap(\.?.address)
        }
        // A file need not name the node whose it is.
        if !isShared, state.nodes[node] == nil { state.nodes[node] = [] }
        if isShared {
            state.blocks = [:]
            for block in cluster.blocks.values {
                state.blocks?[block.cidr] = block.state == .owned ? .node(block.owner) : .nobody
            }
        }
        return state
    }

    /// Everything of some kinds.
    func objects(of kinds: [RegistryKind]) throws(RegistryError) -> [RegistryObject] {
        // Looking makes no registry.
        if let path, access(path, F_OK) != 0 {
            throw .unreachable(SystemError("open", path).description)
        }
        let registry = registry
        return try waiting(lost: { .unreachable($0.description) }) { () async throws(RegistryError) in
            var objects: [RegistryObject] = []
            for kind in kinds { objects += try await registry.list(kind, from: nil, limit: nil).objects }
            return objects
        }
    }
}
