import Glibc
import System

/// A log file that several processes append to at once and any of them may set aside.
///
/// Every line is one write(2) to a file opened with O_APPEND, which local file systems put in whole. A file that has
/// grown to its limit is renamed, under a lock on it that only one process gets. The others notice by the path that
/// leads to another file now, and follow; what they wrote meanwhile is in the renamed file, so no line is lost.
struct LogFile: ~Copyable {
    private let path: String
    private let limit: Int
    private let shelf: Shelf
    private var file: FileDescriptor
    private var identity: FileStatus.Identity

    /// Opens the file, and makes it and its folders where they are missing.
    init(_ path: String, _ settings: LogSettings) throws(SystemError) {
        let opened = try LogFile.open(path)
        identity = try FileStatus(of: opened.raw).identity
        file = opened
        // Renaming a symbolic link would set aside the link and keep the file.
        self.path = resolved(path)
        limit = min(max(0, settings.maximumSize), 1 << 40) << 20
        shelf = Shelf(path: self.path, days: settings.maximumAge, count: settings.maximumCount)
        shelf.prune()
    }

    /// Appends one line in one write(2), after setting the file aside if it is full.
    ///
    /// - Returns: why the full file could not be set aside; the line is in it all the same.
    mutating func append(_ line: [UInt8]) throws(SystemError) -> SystemError? {
        let size = try follow()
        var trouble: SystemError?
        if limit > 0, size > 0, size + line.count > limit {
            do throws(SystemError) {
                try rotate()
            } catch {
                trouble = error
            }
        }
        let raw = file.raw
        let path = path
        let written = try retrying("write", path) {
            line.withUnsafeBytes { Glibc.write(raw, $0.baseAddress, $0.count) }
        }
        if written != line.count { throw SystemError("write", path, number: ENOSPC) }
        return trouble
    }

    /// Makes sure that the open file is the one at the path, and answers its size.
    private mutating func follow() throws(SystemError) -> Int {
        do throws(SystemError) {
            let status = try FileStatus(at: path)
            if status.identity == identity { return status.size }
        } catch {
            guard error.number == ENOENT else { throw error }
        }
        try reopen()
        return try FileStatus(of: file.raw).size
    }

    private mutating func reopen() throws(SystemError) {
        let opened = try LogFile.open(path)
        identity = try FileStatus(of: opened.raw).identity
        file = opened
    }

    /// Renames the full file and opens a fresh one.
    private mutating func rotate() throws(SystemError) {
        do throws(SystemError) {
            try file.lockByte(0, patience: 0)
        } catch {
            guard error.number == ETIMEDOUT else { throw error }
            // Another process is at it. This line may still go to the old file.
            return
        }
        // Whoever held the lock before may have done it already.
        guard try FileStatus(at: path).identity == identity else { return try reopen() }
        try shelf.take()
        // Closing the old file gives its lock back.
        try reopen()
        shelf.prune()
    }

    private static func open(_ path: String) throws(SystemError) -> FileDescriptor {
        // Without O_NONBLOCK a FIFO that nobody reads would stop the operation here for good.
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY
        do throws(SystemError) {
            return try FileDescriptor(opening: path, flags, mode: 0o640)
        } catch {
            guard error.number == ENOENT else { throw error }
            makeFolders(for: path)
            return try FileDescriptor(opening: path, flags, mode: 0o640)
        }
    }
}

/// Makes the folders above a file; what fails shows when the file is opened.
private func makeFolders(for path: String) {
    for index in path.indices.dropFirst() where path[index] == "/" {
        mkdir(String(path[..<index]), 0o755)
    }
}

/// The path without symbolic links, or as it was where that cannot be told.
private func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
}
