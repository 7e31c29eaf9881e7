internal import CLinux
import Glibc

extension FileDescriptor {
    /// Connects a stream socket to a path, unix(7).
    ///
    /// - Parameter patience: seconds after which a send or receive fails with EAGAIN.
    /// - Throws: `SystemError` with the path; ENAMETOOLONG for one of more than 107 bytes.
    package static func connected(to path: String, patience: Int) throws(SystemError) -> FileDescriptor {
        let raw = try retrying("socket") { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0) }
        let owned = FileDescriptor(owning: raw)
        var time = timeval(tv_sec: patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            try retrying("setsockopt", path) { setsockopt(raw, SOL_SOCKET, option, &time, size) }
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemError("connect", path, number: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        try withUnsafePointer(to: &address) { (pointer) throws(SystemError) in
            _ = try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { (address) throws(SystemError) in
                try retrying("connect", path) { connect(raw, address, length) }
            }
        }
        return owned
    }
}
