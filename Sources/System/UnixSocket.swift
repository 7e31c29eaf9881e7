internal import CLinux
import Glibc

/// Sockets with a path, unix(7), or with an abstract name, which is written with `@` at its beginning. Every error names
/// the path; one of more than 107 bytes is ENAMETOOLONG.
extension FileDescriptor {
    /// Connects a stream socket to a path.
    ///
    /// - Parameter patience: seconds after which a send or receive fails with EAGAIN.
    package static func connected(to path: String, patience: Int) throws(SystemError) -> FileDescriptor {
        let owned = try unixSocket(SOCK_STREAM)
        let raw = owned.raw
        var time = timeval(tv_sec: patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            try retrying("setsockopt", path) { setsockopt(raw, SOL_SOCKET, option, &time, size) }
        }
        try withUnixAddress("connect", path) { connect(raw, $0, $1) }
        return owned
    }

    /// Sends one datagram to whoever listens at a path; if nobody can take it now, that is an error at once.
    package static func send(_ datagram: [UInt8], to path: String) throws(SystemError) {
        let owned = try unixSocket(SOCK_DGRAM)
        let raw = owned.raw
        try withUnixAddress("sendto", path) { address, length in
            Int32(truncatingIfNeeded: sendto(raw, datagram, datagram.count, Int32(MSG_DONTWAIT), address, length))
        }
    }

    /// Listens at a path, where nothing may be: for connections, or for datagrams. Only root can reach it.
    ///
    /// No call on it waits.
    package static func listening(at path: String, forDatagrams: Bool = false) throws(SystemError) -> FileDescriptor {
        let owned = try unixSocket(forDatagrams ? SOCK_DGRAM : SOCK_STREAM)
        let raw = owned.raw
        // Before it has a name: the file has this mode from its beginning.
        try retrying("fchmod", path) { fchmod(raw, 0o600) }
        try withUnixAddress("bind", path) { bind(raw, $0, $1) }
        if !forDatagrams { try retrying("listen", path) { listen(raw, 128) } }
        try retrying("fcntl", path) { fcntl(raw, F_SETFL, O_NONBLOCK) }
        return owned
    }

    /// Takes the next connection of one that listens; EAGAIN where there is none. No call on it waits.
    package borrowing func accepted() throws(SystemError) -> FileDescriptor {
        let raw = raw
        let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        return FileDescriptor(owning: try retrying("accept") { accept4(raw, nil, nil, flags) })
    }
}

private func unixSocket(_ type: __socket_type) throws(SystemError) -> FileDescriptor {
    FileDescriptor(
        owning: try retrying("socket") { socket(AF_UNIX, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0) })
}

private func withUnixAddress(
    _ call: StaticString, _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) throws(SystemError) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
        throw SystemError(call.description, path, number: ENAMETOOLONG)
    }
    // The length of an abstract name is that of the address; a path ends with its zero.
    let isAbstract = bytes.first == UInt8(ascii: "@")
    if isAbstract { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let family = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path)
    let length = socklen_t(isAbstract ? family + bytes.count : MemoryLayout<sockaddr_un>.size)
    try withUnsafePointer(to: &address) { (pointer) throws(SystemError) in
        _ = try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { (address) throws(SystemError) in
            try retrying(call, path) { body(address, length) }
        }
    }
}
