internal import CLinux
import Glibc

/// Hears from the kernel what is done to the files of a folder, inotify(7).
package struct FolderWatch: ~Copyable {
    private let descriptor: FileDescriptor
    private let path: String

    /// What has happened since somebody asked last.
    package enum News: Hashable, Sendable {
        /// Something was written to these files, or they came, went or were renamed.
        case files(Set<String>)
        /// The folder itself is gone, or so much has happened that the kernel has lost count.
        case anything
    }

    /// Begins to listen.
    ///
    /// - Throws: `SystemError` with the path; ENOENT or ENOTDIR where there is no such folder.
    package init(_ path: String) throws(SystemError) {
        let raw = try retrying("inotify_init1") { inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC)) }
        let opened = FileDescriptor(owning: raw)
        let events = IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF
        try retrying("inotify_add_watch", path) { inotify_add_watch(raw, path, UInt32(events) | UInt32(IN_ONLYDIR)) }
        descriptor = opened
        self.path = path
    }

    /// The number to poll for: readable when there is news.
    package var raw: Int32 { descriptor.raw }

    /// Takes what has happened; nil when nothing has. Does not wait.
    package borrowing func news() throws(SystemError) -> News? {
        var names: Set<String> = []
        var isLost = false
        var isAny = false
        while let events = try read() {
            isAny = true
            events.withUnsafeBytes { bytes in
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= bytes.count {
                    let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    offset += MemoryLayout<inotify_event>.size
                    let name = bytes[offset..<min(offset + Int(event.len), bytes.count)].prefix { $0 != 0 }
                    offset += Int(event.len)
                    if name.isEmpty { isLost = true } else { names.insert(String(decoding: name, as: UTF8.self)) }
                }
            }
        }
        return !isAny ? nil : isLost ? .anything : .files(names)
    }

    private borrowing func read() throws(SystemError) -> [UInt8]? {
        let raw = raw
        var failure: SystemError?
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: 4096) { space in
            do throws(SystemError) {
                return try retrying("read", path) { Glibc.read(raw, space.baseAddress, space.count) }
            } catch {
                failure = error
                return 0
            }
        }
        if let failure, failure.number != EAGAIN { throw failure }
        return bytes.isEmpty ? nil : bytes
    }
}
