internal import CLinux
import Glibc

/// An open file that is closed when its owner goes.
package struct FileDescriptor: ~Copyable {
    /// The number, for calls that take one. It is valid as long as this value lives.
    package let raw: Int32

    /// Takes over an open descriptor.
    package init(owning raw: Int32) { self.raw = raw }

    deinit { close(raw) }

    /// Opens a file close-on-exec, open(2).
    ///
    /// - Parameters:
    ///   - flags: `O_RDONLY` and its like; `O_CLOEXEC` is added.
    ///   - mode: the permissions of a file that is made, before the umask.
    /// - Throws: `SystemError` with the path.
    package init(opening path: String, _ flags: Int32, mode: UInt32 = 0o600) throws(SystemError) {
        raw = try retrying("open", path) { martlet_open(path, flags | O_CLOEXEC, mode) }
    }

    /// Reads to the end of the file.
    ///
    /// - Parameter limit: the most bytes to take; a longer file is an error (EFBIG).
    package borrowing func readToEnd(limit: Int) throws(SystemError) -> [UInt8] {
        try System.readToEnd(raw, limit: limit)
    }

    /// Writes all the bytes, however many calls that takes.
    package borrowing func write(_ bytes: [UInt8]) throws(SystemError) {
        try System.write(bytes, to: raw)
    }
}

/// Reads a descriptor that somebody else owns to its end.
///
/// - Parameter limit: the most bytes to take; more is an error (EFBIG).
package func readToEnd(_ raw: Int32, limit: Int) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = 4096
    while true {
        var failure: SystemError?
        let before = bytes.count
        bytes.append(addingCapacity: chunk) { space in
            do throws(SystemError) {
                return try retrying("read") { Glibc.read(raw, space.baseAddress, space.count) }
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        if bytes.count == before { return bytes }
        if bytes.count > limit { throw SystemError("read", number: EFBIG) }
        chunk = max(4096, min(bytes.count, 1 << 20))
    }
}

/// Writes all the bytes to a descriptor that somebody else owns.
package func write(_ bytes: [UInt8], to raw: Int32) throws(SystemError) {
    var sent = 0
    while sent < bytes.count {
        sent += try retrying("write") {
            bytes.withUnsafeBytes { Glibc.write(raw, $0.baseAddress.map { $0 + sent }, $0.count - sent) }
        }
    }
}

extension Array where Element == UInt8 {
    /// Appends what `fill` puts into up to `count` fresh bytes; it answers how many it filled.
    mutating func append(addingCapacity count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int) {
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { space in
            let filled = fill(space)
            append(contentsOf: UnsafeRawBufferPointer(rebasing: space[..<filled]))
        }
    }
}

/// Reads a short file such as those below /proc whole, without the white space at its end.
package func readText(_ path: String, limit: Int = 64 << 10) throws(SystemError) -> String {
    let file = try FileDescriptor(opening: path, O_RDONLY)
    var bytes = try file.readToEnd(limit: limit)
    while let last = bytes.last, last == 0x0A || last == 0x20 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
}

/// Writes a short text to a file that exists, such as a sysctl. Like `echo TEXT > PATH`.
package func writeText(_ text: String, to path: String) throws(SystemError) {
    let file = try FileDescriptor(opening: path, O_WRONLY)
    var text = text
    let expected = text.utf8.count
    let written = try retrying("write", path) {
        text.withUTF8 { Glibc.write(file.raw, $0.baseAddress, $0.count) }
    }
    if written != expected { throw SystemError("write", path, number: EIO) }
}

/// Makes or replaces a file of root's own (mode 0600) in one step: whoever reads it sees the old text or the new.
package func replaceFile(_ path: String, with text: String) throws(SystemError) {
    let new = path + ".new"
    let file = try FileDescriptor(opening: new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
    try write(Array(text.utf8), to: file.raw)
    try retrying("rename", path) { rename(new, path) }
}
