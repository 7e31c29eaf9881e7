import Events
import SQLite
import System

/// A registry in a SQLite file, which the nodes on one machine share.
///
/// The file is made at first use, in a folder that is there. Its processes write in turn; each write stands on the disk
/// before it is answered. That another process has written is heard from the kernel.
package actor SQLiteRegistry: Registry {
    private let path: String
    private let history: Int
    private let patience: Int
    private var file: RegistryFile?
    private var hasBeenOpen = false
    private var watchers: [Int: Watcher] = [:]
    private var lastWatcher = 0
    /// Whether a look is to come by itself.
    private var isLookDue = false
    private let thread: OwnThread

    private struct Watcher {
        /// The number of the last change that it knows.
        var known: Int
        let stream: AsyncThrowingStream<RegistryChange, any Error>.Continuation
    }

    /// SQLite waits for disks and locks: its calls have a thread of their own.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Remembers where the file is or is to be; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - history: how many changes are kept for those who ask for them; only who writes decides.
    ///   - patience: seconds to wait for others who write.
    /// - Throws: where no thread can be had.
    package init(_ path: String, history: Int = 10_000, patience: Int = 5) throws(RegistryError) {
        self.path = path
        self.history = history
        self.patience = patience
        do throws(SystemError) { thread = try OwnThread() } catch { throw .unreachable("\(error)") }
    }

    deinit { thread.end() }

    package func list(
        _ kind: RegistryKind, from start: String?, limit: Int?
    ) async throws(RegistryError) -> RegistryListing {
        let file = try opened()
        return try file.reading { () throws(SQLiteError) in
            RegistryListing(
                try file.objects(kind, from: start ?? "", limit: limit), at: file.revision(try file.lastChange()))
        }
    }

    package func get(_ key: RegistryKey) async throws(RegistryError) -> RegistryObject? {
        let file = try opened()
        return try file.reading { () throws(SQLiteError) in try file.object(key) }
    }

    package func put(
        _ key: RegistryKey, _ body: String, expecting expected: RegistryRevision?
    ) async throws(RegistryError) -> RegistryRevision {
        try write(key, body, expecting: expected)
    }

    package func remove(_ key: RegistryKey, expecting expected: RegistryRevision) async throws(RegistryError) {
        _ = try write(key, nil, expecting: expected)
    }

    private func write(
        _ key: RegistryKey, _ body: String?, expecting expected: RegistryRevision?
    ) throws(RegistryError) -> RegistryRevision {
        let file = try opened()
        let history = history
        return try file.writing { () throws(SQLiteError) in
            let present = try file.object(key)
            guard present?.revision == expected else { return .failure(.conflict(present)) }
            return .success(file.revision(try file.write(key, body, history: history)))
        }
    }

    /// The file, opened anew where it was replaced. Once there was one, none is made any more: an empty registry in the
    /// place of a lost one would take every node's blocks away.
    private func opened() throws(RegistryError) -> RegistryFile {
        if let file {
            if file.isInPlace { return file }
            self.file = nil
            endWatchers(.unreachable("\(path) was replaced or deleted"))
        }
        let opened = try RegistryFile(path, mayMake: !hasBeenOpen, patience: patience)
        file = opened
        hasBeenOpen = true
        return opened
    }
}

/// Watching.
extension SQLiteRegistry {
    package nonisolated func changes(
        after revision: RegistryRevision
    ) -> AsyncThrowingStream<RegistryChange, any Error> {
        let (stream, continuation) = AsyncThrowingStream<RegistryChange, any Error>.makeStream()
        let beginning = Task { await begin(continuation, after: revision) }
        continuation.onTermination = { [weak self] _ in
            Task { if let watcher = await beginning.value { await self?.forget(watcher) } }
        }
        return stream
    }

    /// Answers the watcher's number; nil where the stream has ended already.
    private func begin(
        _ stream: AsyncThrowingStream<RegistryChange, any Error>.Continuation, after revision: RegistryRevision
    ) -> Int? {
        do throws(RegistryError) {
            let file = try opened()
            guard let known = file.number(revision) else { throw .forgotten }
            if watchers.isEmpty { try listen() }
            lastWatcher += 1
            watchers[lastWatcher] = Watcher(known: known, stream: stream)
        } catch {
            stream.finish(throwing: error)
            return nil
        }
        look()
        return lastWatcher
    }

    private func listen() throws(RegistryError) {
        let name = String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
        let names: Set<String> = [name, name + "-wal"]
        do throws(SystemError) {
            try thread.watch(RegistryFile.folder(of: path), gathering: Self.pause) { [weak self] news in
                guard let self else { return }
                switch news {
                case .files(let changed):
                    if !changed.isDisjoint(with: names) { Task { await self.look() } }
                case .anything: Task { await self.endWatchers(.forgotten) }
                }
            }
        } catch { throw .unreachable("changes of \(path) cannot be watched: \(error)") }
    }

    /// How long a look waits after a write, in milliseconds: a write is several events, and nodes often write together. All
    /// processes hear of it at once; so that they do not look at once, nor while the writer puts routes, each waits for as
    /// long as chance has it.
    private static let pause = 40...80

    /// Looks after a moment, once for all who ask for it meanwhile.
    private func lookSoon() async {
        if isLookDue { return }
        isLookDue = true
        // Nobody cancels it.
        do { try await Task.sleep(for: .milliseconds(Int.random(in: Self.pause))) } catch {}
        isLookDue = false
        look()
    }

    /// Tells every watcher what it does not know yet.
    ///
    /// The kernel tells of a write before its transaction has ended. So a look that finds nothing new is made once more as
    /// a writer makes it, who waits for that end; else nothing might come after it. One that finds something is followed
    /// by another: so those who are told many things by many seldom stand in the way of who writes.
    private func look() {
        guard !watchers.isEmpty else { return }
        do throws(RegistryError) {
            let file = try opened()
            let watchers = watchers
            var news = try file.reading { () throws(SQLiteError) in try Self.news(for: watchers, in: file) }
            if watchers.values.allSatisfy({ $0.known == news.at }) {
                news = try file.writing { () throws(SQLiteError) in .success(try Self.news(for: watchers, in: file)) }
            } else {
                Task { await self.lookSoon() }
            }
            for (number, watcher) in watchers {
                guard let changes = news.after[watcher.known] ?? nil else {
                    forget(number)
                    watcher.stream.finish(throwing: RegistryError.forgotten)
                    continue
                }
                self.watchers[number]?.known = news.at
                for change in changes { watcher.stream.yield(change) }
            }
        } catch { endWatchers(error) }
    }

    /// What happened after each of the changes that watchers know; nil where that is not kept any more.
    private static func news(
        for watchers: [Int: Watcher], in file: RegistryFile
    ) throws(SQLiteError) -> (at: Int, after: [Int: [RegistryChange]?]) {
        var news: [Int: [RegistryChange]?] = [:]
        for known in Set(watchers.values.map(\.known)) {
            news.updateValue(try file.changes(after: known), forKey: known)
        }
        return (try file.lastChange(), news)
    }

    private func endWatchers(_ error: RegistryError) {
        let ended = watchers.values
        watchers = [:]
        thread.unwatch()
        for watcher in ended { watcher.stream.finish(throwing: error) }
    }

    private func forget(_ watcher: Int) {
        if watchers.removeValue(forKey: watcher) != nil, watchers.isEmpty { thread.unwatch() }
    }
}
