import Glibc
import SQLite
import System

extension RegistryFile {
    /// Looks whether there is a file.
    ///
    /// - Throws: where there is none and none may be made, or not even its folder.
    static func isMissing(_ path: String, mayMake: Bool) throws(RegistryError) -> Bool {
        if access(path, F_OK) == 0 { return false }
        guard errno == ENOENT || errno == ENOTDIR else {
            throw .unreachable("\(SystemError("access", path))")
        }
        guard mayMake else {
            throw .unusable(
                "\(path) has been deleted; put it back, or start this program again to begin with an empty registry")
        }
        let folder = folder(of: path)
        var isFolder = false
        do throws(SystemError) { isFolder = try FileStatus(at: folder).kind == .directory } catch {}
        guard isFolder else {
            throw .unusable(
                "there is no folder \(folder) for the registry \(path); make it, on a disk of this machine, or name "
                    + "another path")
        }
        return true
    }

    /// The folder that a path leads into.
    static func folder(of path: String) -> String {
        let folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        return folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : String(folder)
    }

    /// Refuses what is no file, or one that somebody else could write.
    static func examine(_ path: String) throws(RegistryError) -> FileStatus {
        let status: FileStatus
        do throws(SystemError) { status = try FileStatus(at: path) } catch { throw .unreachable("\(error)") }
        guard status.kind == .regular else {
            throw .unusable("the registry \(path) is no regular file; move it away, or name another path")
        }
        if status.owner != geteuid() || status.permissions & 0o022 != 0 {
            let mode = "0" + String(status.permissions, radix: 8)
            throw .unusable(
                "the registry \(path) can be written by others (mode \(mode), owner \(status.owner)); run chown root "
                    + "and chmod 0600 on it")
        }
        return status
    }

    /// Makes the file under another name and gives it its own when it is complete: nobody ever sees half of it, and of
    /// two who make it at once the second finds that of the first.
    static func make(_ path: String) throws(RegistryError) {
        let draft = "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { for name in [draft, draft + "-wal", draft + "-shm", draft + "-journal"] { unlink(name) } }
        do throws(SystemError) {
            _ = try FileDescriptor(opening: draft, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW)
        } catch {
            throw error.number == EROFS || error.number == EACCES
                ? .unusable("the registry \(path) cannot be made: \(error.reason); name a path on a disk to write on")
                : .unreachable("the registry \(path) cannot be made: \(error.reason)")
        }
        do throws(SQLiteError) {
            let connection = try Connection(draft, .readWrite, patience: 0)
            // Small pages make small commits: each page that a transaction touches is written whole.
            try connection.execute("PRAGMA page_size = 1024; BEGIN IMMEDIATE")
            try connection.execute(RegistrySchema.tables)
            try connection.execute("COMMIT")
            try connection.execute("PRAGMA journal_mode = WAL")
            try connection.checkpoint()
        } catch { throw RegistryError(error, path, 0) }
        do throws(SystemError) {
            if link(draft, path) != 0 && errno != EEXIST { throw SystemError("link", path) }
            let folder = try FileDescriptor(opening: folder(of: path), O_RDONLY | O_DIRECTORY)
            let raw = folder.raw
            try retrying("fsync", path) { fsync(raw) }
        } catch { throw .unreachable("the registry \(path) cannot be made: \(error.reason)") }
    }

    /// Why it is no file for this program: another program's, or that of a newer Martlet; nil: it is.
    static func refusal(of connection: borrowing Connection) throws(SQLiteError) -> String? {
        guard try number("PRAGMA application_id", connection) == RegistrySchema.application else {
            return "is no registry of Martlet's but another program's file; name another path"
        }
        let version = try number("PRAGMA user_version", connection)
        if version <= RegistrySchema.version { return nil }
        return "was written by a newer Martlet (registry schema \(version)); use that version of Martlet"
    }

    /// Tells its revisions from those of another file.
    static func id(of connection: borrowing Connection) throws(SQLiteError) -> String {
        let row = try connection.prepare("SELECT id FROM registry")
        return try row.step() ? row.text(0) : ""
    }

    private static func number(
        _ query: StaticString, _ connection: borrowing Connection
    ) throws(SQLiteError) -> Int {
        let row = try connection.prepare(query)
        return try row.step() ? row.integer(0) : 0
    }
}
