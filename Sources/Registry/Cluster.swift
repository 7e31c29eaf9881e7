import JSON
import Resources

/// What a cluster has agreed on, read from its registry: objects of each kind by name.
package struct Cluster: Hashable, Sendable {
    package private(set) var pools: [String: IPPool] = [:]
    package private(set) var reservations: [String: IPReservation] = [:]
    package private(set) var nodes: [String: Node] = [:]
    package private(set) var configurations: [String: BGPConfiguration] = [:]
    package private(set) var peers: [String: BGPPeer] = [:]
    package private(set) var blocks: [RegistryKey: BlockRecord] = [:]
    /// Objects that cannot be read, and why. They count as if they were not there.
    package private(set) var unreadable: [RegistryKey: String] = [:]

    /// One in which nothing is agreed on yet.
    package init() {}

    /// The kinds that it is made of.
    package static let kinds: [RegistryKind] = [.pool, .reservation, .node, .bgpConfiguration, .bgpPeer, .block]

    /// Takes in one change.
    package mutating func apply(_ change: RegistryChange) {
        switch change {
        case .put(let object): take(object)
        case .removed(let key, _): forget(key)
        }
    }

    /// Takes in an object as it is now.
    package mutating func take(_ object: RegistryObject) {
        forget(object.key)
        guard Self.kinds.contains(object.key.kind) else { return }
        do throws(RegistryError) {
            if object.key.kind == .block {
                blocks[object.key] = try BlockRecord(object)
            } else {
                keep(try Resource(object))
            }
        } catch { unreadable[object.key] = error.description }
    }

    private mutating func keep(_ resource: Resource) {
        switch resource {
        case .ipPool(let pool): pools[pool.name] = pool
        case .ipReservation(let reservation): reservations[reservation.name] = reservation
        case .node(let node): nodes[node.name] = node
        case .bgpConfiguration(let configuration): configurations[configuration.name] = configuration
        case .bgpPeer(let peer): peers[peer.name] = peer
        }
    }

    private mutating func forget(_ key: RegistryKey) {
        unreadable[key] = nil
        switch key.kind {
        case .pool: pools[key.name] = nil
        case .reservation: reservations[key.name] = nil
        case .node: nodes[key.name] = nil
        case .bgpConfiguration: configurations[key.name] = nil
        case .bgpPeer: peers[key.name] = nil
        case .block: blocks[key] = nil
        case .heartbeat: break
        }
    }
}

extension Resource {
    /// Reads what a registry keeps.
    ///
    /// - Throws: `RegistryError.unusable` that names the object and what is wrong in it.
    package init(_ object: RegistryObject) throws(RegistryError) {
        let what = "\(object.key.kind.rawValue) \(object.key.name) in the registry"
        let manifest: JSON
        do throws(JSON.SyntaxError) { manifest = try JSON.parse(Array(object.body.utf8)) } catch {
            throw .unusable("\(what): \(error.description)")
        }
        do throws(ManifestError) { self = try Resource(Document(manifest)) } catch {
            throw .unusable("\(what): \(error.description)")
        }
    }
}
