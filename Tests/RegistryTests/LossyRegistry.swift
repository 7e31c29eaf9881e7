import Registry
import Synchronization

/// A store whose answers to writes get lost, as those of a server may: every third, before or after it was written.
final class LossyRegistry: Registry {
    private let store: any Registry
    private let writes = Mutex(0)

    init(_ store: any Registry) { self.store = store }

    func list(
        _ kind: RegistryKind, from start: String?, limit: Int?
    ) async throws(RegistryError) -> RegistryListing {
        try await store.list(kind, from: start, limit: limit)
    }

    func get(_ key: RegistryKey) async throws(RegistryError) -> RegistryObject? { try await store.get(key) }

    func put(
        _ key: RegistryKey, _ body: String, expecting expected: RegistryRevision?
    ) async throws(RegistryError) -> RegistryRevision {
        let number = count()
        if number % 6 == 2 { throw .unclear("lost on the way there") }
        let revision = try await store.put(key, body, expecting: expected)
        if number % 6 == 5 { throw .unclear("lost on the way back") }
        return revision
    }

    func remove(_ key: RegistryKey, expecting expected: RegistryRevision) async throws(RegistryError) {
        let number = count()
        if number % 6 == 2 { throw .unclear("lost on the way there") }
        try await store.remove(key, expecting: expected)
        if number % 6 == 5 { throw .unclear("lost on the way back") }
    }

    func changes(after revision: RegistryRevision) -> AsyncThrowingStream<RegistryChange, any Error> {
        store.changes(after: revision)
    }

    private func count() -> Int {
        writes.withLock { number in
            number += 1
            return number
        }
    }
}
