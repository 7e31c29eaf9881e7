import Registry
import TestKit
import Testing

/// The stores that keep the contract of `Registry`; another is one case more.
enum Store: CaseIterable, CustomTestStringConvertible {
    case file
    case sqlite

    var testDescription: String {
        switch self {
        case .file: "static"
        case .sqlite: "SQLite"
        }
    }

    /// Lends an empty one.
    func open<Result>(_ body: (Opened) async throws -> Result) async throws -> Result {
        switch self {
        case .file:
            let registry = StaticRegistry([])
            return try await body(Opened(registry: registry, history: 1000) { registry })
        case .sqlite:
            let folder = try Folder()
            defer { withExtendedLifetime(folder) {} }
            let path = "\(folder.path)/registry.db"
            let open = { @Sendable in try SQLiteRegistry(path, history: 20) as any Registry }
            return try await body(Opened(registry: try open(), history: 20, another: open))
        }
    }
}

/// A store that is open.
struct Opened: Sendable {
    let registry: any Registry
    /// How many changes it keeps at most.
    let history: Int
    /// What another node has open at the same time.
    let another: @Sendable () throws -> any Registry
}

extension Registry {
    /// Writes what has to be written.
    @discardableResult
    func set(_ key: RegistryKey, _ body: String) async throws -> RegistryRevision {
        try await put(key, body, expecting: try await get(key)?.revision)
    }

    /// What stands there.
    func names(_ kind: RegistryKind, from start: String? = nil, limit: Int? = nil) async throws -> [String] {
        try await list(kind, from: start, limit: limit).objects.map(\.key.name)
    }

    /// A moment before everything that is to come.
    func now() async throws -> RegistryRevision { try await list(.node, from: nil, limit: 1).revision }
}

/// So many changes, or what came until the time was over.
func first(
    _ count: Int, of changes: AsyncThrowingStream<RegistryChange, any Error>, within limit: Duration = .seconds(20)
) async throws -> [RegistryChange] {
    let reader = Task {
        var seen: [RegistryChange] = []
        for try await change in changes {
            seen.append(change)
            if seen.count == count { break }
        }
        return seen
    }
    let clock = Task {
        try await Task.sleep(for: limit)
        reader.cancel()
    }
    defer { clock.cancel() }
    return try await reader.value
}

/// How a stream of changes ends.
func end(of changes: AsyncThrowingStream<RegistryChange, any Error>) async -> RegistryError? {
    do {
        _ = try await first(.max, of: changes)
        return nil
    } catch { return error as? RegistryError }
}
