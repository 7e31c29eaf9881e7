import Resources
import Synchronization

/// What a file says, and nothing else: for clusters without a registry, in which every node has the same file.
///
/// What a node writes it keeps to itself, and forgets when it ends: its blocks stand in its ledger, and that no other
/// node claims them is the affair of each node's `node_range`.
package final class StaticRegistry: Registry {
    private struct State {
        var objects: [RegistryKey: RegistryObject] = [:]
        var revision = 0
        var listeners: [Int: AsyncThrowingStream<RegistryChange, any Error>.Continuation] = [:]
        var history: [RegistryChange] = []

        mutating func tell(_ change: RegistryChange) {
            history.append(change)
            for listener in listeners.values { listener.yield(change) }
        }
    }

    private let state: Mutex<State>

    /// Takes what the file declares.
    package init(_ resources: [Resource]) {
        var state = State()
        for resource in resources {
            state.revision += 1
            let key = RegistryKey(RegistryKind(resource.kind), resource.name)
            state.objects[key] = RegistryObject(
                key, RegistryRevision("\(state.revision)"), body: resource.manifest.description)
        }
        self.state = Mutex(state)
    }

    package func list(
        _ kind: RegistryKind, from start: String?, limit: Int?
    ) async throws(RegistryError) -> RegistryListing {
        state.withLock { state in
            let all = state.objects.values.filter { $0.key.kind == kind && $0.key.name >= start ?? "" }
            let sorted = all.sorted { $0.key.name < $1.key.name }
            return RegistryListing(
                Array(sorted.prefix(limit ?? sorted.count)), at: RegistryRevision("\(state.revision)"))
        }
    }

    package func get(_ key: RegistryKey) async throws(RegistryError) -> RegistryObject? {
        state.withLock { $0.objects[key] }
    }

    package func put(
        _ key: RegistryKey, _ body: String, expecting expected: RegistryRevision?
    ) async throws(RegistryError) -> RegistryRevision {
        let outcome: Result<RegistryRevision, RegistryError> = state.withLock { state in
            let present = state.objects[key]
            guard present?.revision == expected else { return .failure(.conflict(present)) }
            state.revision += 1
            let object = RegistryObject(key, RegistryRevision("\(state.revision)"), body: body)
            state.objects[key] = object
            state.tell(.put(object))
            return .success(object.revision)
        }
        return try outcome.get()
    }

    package func remove(_ key: RegistryKey, expecting expected: RegistryRevision) async throws(RegistryError) {
        let outcome: Result<Void, RegistryError> = state.withLock { state in
            guard let present = state.objects[key], present.revision == expected else {
                return .failure(.conflict(state.objects[key]))
            }
            state.revision += 1
            state.objects[key] = nil
            state.tell(.removed(key, at: RegistryRevision("\(state.revision)")))
            return .success(())
        }
        try outcome.get()
    }

    package func changes(after revision: RegistryRevision) -> AsyncThrowingStream<RegistryChange, any Error> {
        let (stream, continuation) = AsyncThrowingStream<RegistryChange, any Error>.makeStream()
        let number = Int(revision.text) ?? 0
        let listener = state.withLock { state in
            for change in state.history where (Int(change.revision.text) ?? 0) > number { continuation.yield(change) }
            let listener = (state.listeners.keys.max() ?? 0) + 1
            state.listeners[listener] = continuation
            return listener
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in state.listeners[listener] = nil }
        }
        return stream
    }
}

extension RegistryKind {
    /// The kind under which a declared object is kept.
    package init(_ kind: ResourceKind) {
        switch kind {
        case .ipPool: self = .pool
        case .ipReservation: self = .reservation
        case .node: self = .node
        case .bgpConfiguration: self = .bgpConfiguration
        case .bgpPeer: self = .bgpPeer
        }
    }
}
