import Glibc
import Registry
import System
import TestKit
import Testing

/// The registry's file: what is made of it, and what is said when it is not as it should be.
@Suite("registry in a SQLite file", .timeLimit(.minutes(1)))
struct SQLiteFileTests {
    private let folder: Folder
    private let path: String
    private let key = RegistryKey(.node, "n1")

    init() throws {
        folder = try Folder()
        path = "\(folder.path)/registry.db"
    }

    private func sqlite(_ statement: String) async throws -> String {
        let done = try await execute(["/usr/bin/sqlite3", path, statement])
        guard done.succeeded else { throw Failure(done.errorText) }
        return done.text
    }

    private func refusal() async -> String {
        do {
            _ = try await SQLiteRegistry(path).list(.node, from: nil, limit: nil)
            return "nothing was refused"
        } catch { return "\(error)" }
    }

    @Test("is made at first use, for root alone, with a write-ahead log; what is written outlives the process")
    func made() async throws {
        try await SQLiteRegistry(path).set(key, "{}")
        #expect(fileMode(path) == 0o600)
        #expect(try await sqlite("PRAGMA journal_mode; PRAGMA integrity_check") == "wal\nok\n")
        #expect(try await SQLiteRegistry(path).get(key)?.body == "{}")
        #expect(Set(entries(of: folder.path)).isSubset(of: ["registry.db", "registry.db-wal", "registry.db-shm"]))
    }

    @Test("is looked up by its index")
    func index() async throws {
        try await SQLiteRegistry(path).set(key, "{}")
        let plan = try await sqlite(
            "EXPLAIN QUERY PLAN SELECT name, revision, body FROM object WHERE kind = 'Block' AND name >= 'x' "
                + "ORDER BY name LIMIT 128")
        #expect(plan.contains("SEARCH object USING PRIMARY KEY (kind=? AND name>?)"))
        #expect(!plan.contains("TEMP B-TREE"))
    }

    @Test("what is no registry is refused and left as it is, with what to do")
    func strangers() async throws {
        try writeFile(path, "Dear diary, today the registry was down again, and nobody had a block.")
        #expect(await refusal().contains("\(path) is damaged or no SQLite file"))
        #expect(try readFile(path).starts(with: Array("Dear diary".utf8)))
        unlink(path)
        _ = try await sqlite("CREATE TABLE song (title TEXT)")
        chmod(path, 0o600)
        #expect(await refusal() == "\(path) is no registry of Martlet's but another program's file; name another path")
        #expect(try await sqlite("SELECT name FROM sqlite_schema") == "song\n")
    }

    @Test("one of a newer Martlet is refused with its version")
    func newer() async throws {
        try await SQLiteRegistry(path).set(key, "{}")
        _ = try await sqlite("PRAGMA user_version = 2")
        #expect(await refusal().contains("was written by a newer Martlet (registry schema 2); use that version"))
    }

    @Test("no folder, a folder in its place, or one that others may write: each is said")
    func places() async throws {
        let missing = try SQLiteRegistry("\(folder.path)/none/registry.db")
        await #expect { try await missing.get(key) } throws: {
            "\($0)".hasPrefix("there is no folder \(folder.path)/none for the registry")
        }
        mkdir(path, 0o700)
        #expect(await refusal().contains("is no regular file"))
        rmdir(path)
        try await SQLiteRegistry(path).set(key, "{}")
        chmod(path, 0o666)
        #expect(await refusal().contains("can be written by others (mode 0666, owner 0); run chown root"))
    }

    @Test("one that another program has locked is waited for, then said who to look for")
    func locked() async throws {
        try await SQLiteRegistry(path).set(key, "{}")
        let gate = Task {
            try await sqlite(
                "BEGIN IMMEDIATE; SELECT 1 FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000000) SELECT count(*) FROM n); COMMIT"
            )
        }
        let impatient = try SQLiteRegistry(path, patience: 0)
        let isTold = try await eventually {
            do {
                try await impatient.set(key, "{}")
                return false
            } catch { return "\(error)".contains("has been locked by another program") }
        }
        #expect(isTold)
        let patient = try SQLiteRegistry(path, patience: 60)
        try await patient.set(key, "2")
        _ = try await gate.value
    }

    @Test("is not made anew under a program that has had it, for an empty registry is nobody's wish")
    func deleted() async throws {
        let registry = try SQLiteRegistry(path)
        let start = try await registry.now()
        let changes = registry.changes(after: start)
        let ending = Task { await end(of: changes) }
        try await registry.set(key, "{}")
        unlink(path)
        #expect(await ending.value == .unreachable("\(path) was replaced or deleted"))
        await #expect { try await registry.get(key) } throws: { "\($0)".contains("has been deleted; put it back") }
        #expect(!entries(of: folder.path).contains("registry.db"))
    }

    @Test("one that takes its place is opened; what was seen of the other is of no use")
    func replaced() async throws {
        let registry = try SQLiteRegistry(path)
        let old = try await registry.set(key, "old")
        let other = "\(folder.path)/other.db"
        try await SQLiteRegistry(other).set(key, "new")
        var changes = registry.changes(after: old).makeAsyncIterator()
        // Once something is heard, the watch stands.
        try await registry.set(RegistryKey(.node, "other"), "{}")
        _ = try await changes.next()
        for end in ["-wal", "-shm"] { unlink(path + end) }
        for end in ["-wal", "-shm", ""] { rename(other + end, path + end) }
        await #expect(throws: RegistryError.unreachable("\(path) was replaced or deleted")) {
            while try await changes.next() != nil {}
        }
        #expect(try await registry.get(key)?.body == "new")
        #expect(await end(of: registry.changes(after: old)) == .forgotten)
        await #expect(throws: RegistryError.self) { try await registry.put(key, "x", expecting: old) }
    }

    @Test("who listens no more leaves no watch behind, and a registry that goes leaves no file open")
    func cancelled() async throws {
        var registry: SQLiteRegistry? = try SQLiteRegistry(path)
        let start = try #require(try await registry?.now())
        let streams = (0..<2).map { _ in registry?.changes(after: start) }
        let listening = streams.map { stream in
            Task { if let stream { for try await _ in stream {} } }
        }
        let inode = try FileStatus(at: folder.path).identity.inode
        #expect(try await eventually { watches(inode) == 1 })
        listening[0].cancel()
        try await Task.sleep(for: .milliseconds(100))
        #expect(watches(inode) == 1)
        listening[1].cancel()
        #expect(try await eventually { watches(inode) == 0 })
        // Nor does who goes before it has begun.
        for _ in 0..<50 { _ = registry?.changes(after: start) }
        try await Task.sleep(for: .milliseconds(100))
        #expect(try await eventually { watches(inode) == 0 })
        registry = nil
        let path = path
        #expect(try await eventually { !openFiles().contains { $0.hasPrefix(path) } })
    }

    /// How many inotify descriptors of this process watch a folder.
    private func watches(_ inode: UInt64) -> Int {
        let mark = "ino:\(String(inode, radix: 16)) "
        return entries(of: "/proc/self/fdinfo").count { name in
            do {
                return String(decoding: try readFile("/proc/self/fdinfo/\(name)"), as: UTF8.self).contains(mark)
            } catch {
                return false
            }
        }
    }

    private func openFiles() -> [String] {
        entries(of: "/proc/self/fd").compactMap { name in
            var buffer = [CChar](repeating: 0, count: 4096)
            let count = readlink("/proc/self/fd/\(name)", &buffer, buffer.count)
            return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
        }
    }
}
