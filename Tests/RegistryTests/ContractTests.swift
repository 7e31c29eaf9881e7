import Registry
import TestKit
import Testing

/// What every store has to keep to.
@Suite("contract of a registry", .timeLimit(.minutes(1)))
struct ContractTests {
    private let key = RegistryKey(.node, "n1")

    @Test("an object is made once: who comes second is told what is there", arguments: Store.allCases)
    func creation(_ store: Store) async throws {
        try await store.open { opened in
            let registry = opened.registry
            #expect(try await registry.get(key) == nil)
            let revision = try await registry.put(key, "1", expecting: nil)
            let object = RegistryObject(key, revision, body: "1")
            #expect(try await registry.get(key) == object)
            await #expect(throws: RegistryError.conflict(object)) { try await registry.put(key, "2", expecting: nil) }
            #expect(try await registry.get(key) == object)
        }
    }

    @Test("an object is changed by who has seen it as it is, and by nobody else", arguments: Store.allCases)
    func change(_ store: Store) async throws {
        try await store.open { opened in
            let registry = opened.registry
            let first = try await registry.put(key, "1", expecting: nil)
            let second = try await registry.put(key, "2", expecting: first)
            #expect(first != second)
            let object = RegistryObject(key, second, body: "2")
            await #expect(throws: RegistryError.conflict(object)) { try await registry.put(key, "3", expecting: first) }
            await #expect(throws: RegistryError.conflict(object)) { try await registry.remove(key, expecting: first) }
            #expect(try await registry.get(key) == object)
        }
    }

    @Test("an object that was removed is not there, and its revision is of no use", arguments: Store.allCases)
    func removal(_ store: Store) async throws {
        try await store.open { opened in
            let registry = opened.registry
            let revision = try await registry.put(key, "1", expecting: nil)
            try await registry.remove(key, expecting: revision)
            #expect(try await registry.get(key) == nil)
            await #expect(throws: RegistryError.conflict(nil)) { try await registry.remove(key, expecting: revision) }
            await #expect(throws: RegistryError.conflict(nil)) { try await registry.put(key, "2", expecting: revision) }
            // One that is made anew is another.
            #expect(try await registry.put(key, "1", expecting: nil) != revision)
        }
    }

    @Test("kinds do not mix, and names are listed by their bytes", arguments: Store.allCases)
    func order(_ store: Store) async throws {
        try await store.open { opened in
            let registry = opened.registry
            for name in ["b", "a", "a-1", "B", "a.1", "\u{e9}", "a1"] {
                try await registry.set(RegistryKey(.node, name), "{}")
            }
            try await registry.set(RegistryKey(.pool, "c"), "{}")
            let all = try await registry.names(.node)
            #expect(all == ["B", "a", "a-1", "a.1", "a1", "b", "\u{e9}"])
            #expect(try await registry.names(.pool) == ["c"])
            #expect(try await registry.names(.heartbeat) == [])
        }
    }

    @Test(
        "a listing begins at a name, whether there is such an object or not, and ends at its limit",
        arguments: Store.allCases)
    func window(_ store: Store) async throws {
        try await store.open { opened in
            let registry = opened.registry
            for name in ["a", "c", "e", "g"] { try await registry.set(RegistryKey(.block, name), "{}") }
            #expect(try await registry.names(.block, from: "c") == ["c", "e", "g"])
            #expect(try await registry.names(.block, from: "d", limit: 1) == ["e"])
            #expect(try await registry.names(.block, limit: 2) == ["a", "c"])
            #expect(try await registry.names(.block, from: "h") == [])
        }
    }

    @Test(
        "changes are told in order, removals among them, also those before somebody listened",
        arguments: Store.allCases)
    func changes(_ store: Store) async throws {
        try await store.open { opened in
            let registry = opened.registry
            let start = try await registry.now()
            let made = try await registry.set(key, "1")
            let late = registry.changes(after: made)
            let all = registry.changes(after: start)
            let writer = try opened.another()
            let changed = try await writer.set(key, "2")
            try await writer.remove(key, expecting: changed)
            let other = RegistryKey(.block, "4-0af40000-26")
            let last = try await writer.set(other, "{}")
            let told = try await first(4, of: all)
            #expect(
                told.prefix(2) == [
                    .put(RegistryObject(key, made, body: "1")), .put(RegistryObject(key, changed, body: "2")),
                ])
            guard told.count == 4, case .removed(key, let removed) = told[2] else { throw Failure("told: \(told)") }
            #expect(told[3] == .put(RegistryObject(other, last, body: "{}")))
            #expect(try await first(3, of: late) == Array(told.dropFirst()))
            #expect(try await first(1, of: registry.changes(after: removed)) == [told[3]])
        }
    }

    @Test("a listing and the changes after it are everything, with a writer in between", arguments: Store.allCases)
    func followed(_ store: Store) async throws {
        try await store.open { opened in
            let writer = try opened.another()
            let writing = Task {
                for number in 0..<200 { try await writer.set(RegistryKey(.node, "n\(number % 10)"), "\(number)") }
            }
            defer { writing.cancel() }
            var state: [RegistryKey: String] = [:]
            // A writer may be faster than its history is long: then as any node does, list again.
            while !state.values.contains("199") {
                let listing = try await opened.registry.list(.node, from: nil, limit: nil)
                state = Dictionary(uniqueKeysWithValues: listing.objects.map { ($0.key, $0.body) })
                if state.values.contains("199") { break }
                do {
                    for try await change in opened.registry.changes(after: listing.revision) {
                        guard case .put(let object) = change else { continue }
                        state[object.key] = object.body
                        if object.body == "199" { break }
                    }
                } catch RegistryError.forgotten { continue }
            }
            #expect(state.values.sorted() == (190..<200).map(String.init))
        }
    }

    @Test("who asks for changes that are not kept, or never were, is told to list again", arguments: Store.allCases)
    func forgotten(_ store: Store) async throws {
        try await store.open { opened in
            let registry = opened.registry
            let start = try await registry.now()
            for number in 0...opened.history { try await registry.set(key, "\(number)") }
            #expect(await end(of: registry.changes(after: start)) == .forgotten)
            #expect(await end(of: registry.changes(after: RegistryRevision("from elsewhere"))) == .forgotten)
            let now = try await registry.now()
            let stream = registry.changes(after: now)
            try await registry.set(key, "after")
            #expect(try await first(1, of: stream).count == 1)
        }
    }

    @Test("of many who change one object at once each change is built on the one before", arguments: Store.allCases)
    func counting(_ store: Store) async throws {
        try await store.open { opened in
            let key = key
            try await opened.registry.set(key, "0")
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    let registry = try opened.another()
                    group.addTask {
                        var left = 25
                        while left > 0 {
                            guard let seen = try await registry.get(key), let number = Int(seen.body) else { return }
                            do {
                                try await registry.put(key, "\(number + 1)", expecting: seen.revision)
                                left -= 1
                            } catch RegistryError.conflict { continue }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await opened.registry.get(key)?.body == "200")
        }
    }
}
