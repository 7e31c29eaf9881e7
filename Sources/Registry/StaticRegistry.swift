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

        /// Heartbeats alone would fill the memory of an agent that runs for years.
        static let longestHistory = 1000

        mutating func tell(_ change: RegistryChange) {
            history.append(change)
            if history.count > Self.longestHistory { history.removeFirst(Self.longestHistory / 2) }
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
            let start = start ?? ""
            let all = state.objects.values.filter { $0.key.kind == kind && !$0.key.name.precedes(start) }
            let sorted = all.sorted { $0.key.name.precedes($1.key.name) }
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
        let listener: Int? = state.withLock { state in
            // What the file declares has come without a change.
            let oldest = state.revision - state.history.count
            guard let number = Int(revision.text), (oldest...state.revision).contains(number) else { return nil }
            for change in state.history.dropFirst(number - oldest) { continuation.yield(change) }
            let listener = (state.listeners.keys.max() ?? 0) + 1
            state.listeners[listener] = continuation
            return listener
        }
        guard let listener else {
            continuation.finish(throwing: RegistryError.forgotten)
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in state.listeners[listener] = nil }
        }
        return stream
    }
}

extension String {
    /// By bytes, as registries order names.
    fileprivate func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
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
