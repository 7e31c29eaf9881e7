import TestKit
import Testing

@Suite("ADD with a ledger that cannot be used")
struct BadLedgerTests {
    /// A warm ledger, an accident, and an ADD that fails, names the file or folder, and changes nothing.
    private func expectError(
        _ codes: Set<Int>? = nil, naming name: String = "ledger.db", _ features: Node.Features = [],
        after accident: (Node) async throws -> Void
    ) async throws {
        try await withNode(features) { node in
            let warm = try await node.pod()
            try await node.add(warm)
            try await node.delete(warm)
            try await accident(node)
            let pod = try await node.pod()
            let before = try await node.namespace.links()
            let files = fileLines(below: node.folder.path)
            let outcome = try await node.cni(.add, pod)
            let error = try outcome.error()
            #expect(error.whole.contains(name), "\(error)")
            if let codes { #expect(codes.contains(error.code), "\(error)") }
            try await expectEqual(node.namespace.links(), before)
            try await expectEqual(pod.namespace.links().map(\.name), ["lo"])
            #expect(fileLines(below: node.folder.path) == files)
        }
    }

    private func removeSideFiles(_ node: Node) async throws {
        try await node.namespace.must("/bin/rm", "-f", "\(node.data)/ledger.db-wal", "\(node.data)/ledger.db-shm")
    }

    @Test("corrupt from the first byte on")
    func garbage() async throws {
        try await expectError { node in
            try await removeSideFiles(node)
            try writeFile("\(node.data)/ledger.db", String(repeating: "garbage ", count: 4096))
        }
    }

    @Test("cut to half a page")
    func truncated() async throws {
        try await expectError { node in
            try await node.namespace.must(
                "/usr/bin/sqlite3", "\(node.data)/ledger.db", "PRAGMA wal_checkpoint(TRUNCATE)")
            try await removeSideFiles(node)
            try await node.namespace.must("/usr/bin/truncate", "-s", "2048", "\(node.data)/ledger.db")
        }
    }

    @Test("of another program: a sound SQLite file without Martlet's tables")
    func foreign() async throws {
        try await expectError { node in
            try await node.namespace.must("/bin/sh", "-c", "rm \(node.data)/ledger.db*")
            try await node.namespace.must(
                "/usr/bin/sqlite3", "\(node.data)/ledger.db", "CREATE TABLE theirs(x); PRAGMA user_version = 1")
            try await node.namespace.must("/bin/chmod", "600", "\(node.data)/ledger.db")
        }
    }

    @Test("a directory")
    func directory() async throws {
        try await expectError { node in
            try await node.namespace.must("/bin/sh", "-c", "rm \(node.data)/ledger.db*; mkdir \(node.data)/ledger.db")
        }
    }

    @Test("a symbolic link, dangling or to a good ledger", arguments: [false, true])
    func symbolicLink(isGood: Bool) async throws {
        try await expectError { node in
            let (file, target) = ("\(node.data)/ledger.db", "\(node.folder.path)/elsewhere.db")
            try await node.namespace.must("/usr/bin/sqlite3", file, "PRAGMA wal_checkpoint(TRUNCATE)")
            try await removeSideFiles(node)
            try await node.namespace.must(
                "/bin/sh", "-c",
                isGood ? "mv \(file) \(target); ln -s \(target) \(file)" : "rm \(file); ln -s \(target) \(file)")
        }
    }

    @Test("a lock file that is a symbolic link")
    func symbolicLock() async throws {
        try await expectError(naming: "ledger.lock") { node in
            try await node.namespace.must(
                "/bin/sh", "-c", "rm -f \(node.data)/ledger.lock; ln -s /dev/null \(node.data)/ledger.lock")
        }
    }

    @Test("a folder that is a file")
    func folder() async throws {
        try await expectError(naming: "data") { node in
            try await node.namespace.must(
                "/bin/sh", "-c", "mv \(node.data) \(node.data)-moved; echo > \(node.data)")
        }
    }

    @Test(
        "writable by others, file or folder",
        arguments: [("ledger.db", "666"), ("ledger.db", "620"), ("", "777"), ("", "720")])
    func writable(name: String, mode: String) async throws {
        try await expectError(naming: mode) { node in
            try await node.namespace.must("/bin/chmod", mode, name.isEmpty ? node.data : "\(node.data)/\(name)")
        }
    }

    @Test("owned by another user")
    func owner() async throws {
        try await expectError { node in
            try await node.namespace.must("/bin/chown", "65534", "\(node.data)/ledger.db")
        }
    }

    @Test("newer than this binary; nothing in it is changed")
    func newer() async throws {
        try await expectError { node in try await node.ledger.pretendNewer() }
    }

    @Test("on a read-only file system")
    func readOnly() async throws {
        try await expectError(naming: "data/ledger", [.smallDisk]) { node in
            try await node.makeDiskReadOnly()
        }
    }

    @Test("on a full disk; ADD works once there is room")
    func full() async throws {
        try await withNode([.smallDisk]) { node in
            try await node.fillDisk()
            let pod = try await node.pod()
            let error = try await node.cni(.add, pod).error()
            #expect(error.whole.contains("full") || error.whole.contains("space"), "\(error)")
            try await expectEqual(pod.namespace.links().map(\.name), ["lo"])
            try await expectEqual(node.namespace.links().map(\.name).sorted(), ["lo", "up0", "up1"])
            try await node.freeDisk()
            try await node.add(pod)
            try await expectEqual(node.ledger.leases().count, 1)
        }
    }

    @Test("locked for longer than 10 s: error 11 that names the holder")
    func locked() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            let before = try await node.snapshot()
            let holder = try await node.namespace.holdLock("\(node.data)/ledger.lock")
            let outcome = try await node.cni(.add, try await node.pod(), timeout: .seconds(30))
            let error = try outcome.error()
            #expect(error.code == 11)
            #expect(error.message.contains("\(holder.pid)"), "\(error)")
            #expect(outcome.completion.duration < .seconds(20))
            holder.end()
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("locked for a moment: ADD waits and works")
    func lockedBriefly() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            let holder = try await node.namespace.holdLock("\(node.data)/ledger.lock")
            let pod = try await node.pod()
            async let added = node.add(pod)
            try await Task.sleep(for: .seconds(1))
            holder.end()
            _ = try await added
        }
    }

    @Test("whose folder does not exist yet is made, with the folders above it")
    func missing() async throws {
        try await withNode { node in
            let deep = "\(node.folder.path)/a/b/c"
            try await node.add(try await node.pod(), configuration: node.configuration(["data_dir": .string(deep)]))
            #expect(fileMode(deep) == 0o700)
            #expect(fileMode("\(deep)/ledger.db") == 0o600)
        }
    }
}
