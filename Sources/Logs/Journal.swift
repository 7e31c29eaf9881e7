import Glibc
internal import Logging
import System

/// systemd's journal, spoken to by its native protocol: one datagram of fields for each event.
///
/// See systemd's "Native Journal Protocol".
struct Journal: ~Copyable {
    private let socket: FileDescriptor
    private let address: sockaddr_un
    private let path: String

    /// Whether there is anything but a plain file at the path.
    static func isThere(_ path: String) -> Bool {
        do throws(SystemError) {
            return try FileStatus(at: path).kind == .other
        } catch {
            return false
        }
    }

    init(_ path: String) throws(SystemError) {
        let address = try socketAddress(path)
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let opened = FileDescriptor(owning: try retrying("socket") { Glibc.socket(AF_UNIX, type, 0) })
        // A journal that hangs must not hang a pod's start.
        var patience = timeval(tv_sec: 0, tv_usec: 200_000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        let raw = opened.raw
        try retrying("setsockopt") { setsockopt(raw, SOL_SOCKET, SO_SNDTIMEO, &patience, size) }
        self.path = path
        self.address = address
        socket = opened
    }

    /// Sends one event.
    ///
    /// The socket is not connected, so that a journal which was restarted is found again.
    borrowing func send(_ line: Line) throws(SystemError) {
        let datagram = Journal.datagram(line)
        let raw = socket.raw
        let path = path
        var address = address
        try retrying("sendto", path) {
            datagram.withUnsafeBytes { bytes in
                withUnsafePointer(to: &address) { address in
                    address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        sendto(
                            raw, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), $0,
                            socklen_t(MemoryLayout<sockaddr_un>.size))
                    }
                }
            }
        }
    }

    /// The fields: the message with its metadata, for people, and each piece of metadata again, for `journalctl`.
    static func datagram(_ line: Line) -> [UInt8] {
        var bytes: [UInt8] = []
        append("MESSAGE", line.text, to: &bytes)
        append("PRIORITY", line.level.syslogPriority, to: &bytes)
        append("SYSLOG_IDENTIFIER", line.label, to: &bytes)
        for field in line.fields { append(fieldName(field.key), field.value, to: &bytes) }
        return bytes
    }

    /// `NAME=value`, or where the value has a line feed, `NAME`, its length in 64 little-endian bits, and the value.
    private static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        bytes += name.utf8
        if value.utf8.contains(0x0A) {
            bytes.append(0x0A)
            withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { bytes += $0 }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes += value.utf8
        bytes.append(0x0A)
    }

    /// The journal takes capitals, digits and underscores, 64 at most, and drops fields of other names.
    private static func fieldName(_ key: String) -> String {
        var name: [UInt8] = Array("MARTLET_".utf8)
        for byte in key.utf8.prefix(64 - name.count) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): name.append(byte - 32)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): name.append(byte)
            default: name.append(UInt8(ascii: "_"))
            }
        }
        return String(decoding: name, as: UTF8.self)
    }
}

/// The address of a socket in the file system, unix(7); a path has 107 bytes at most.
private func socketAddress(_ path: String) throws(SystemError) -> sockaddr_un {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { space in
        guard path.utf8.count < space.count else { return false }
        space.copyBytes(from: path.utf8)
        return true
    }
    guard fits else { throw SystemError("sendto", path, number: ENAMETOOLONG) }
    return address
}

extension Logger.Level {
    /// The number of syslog(3), in text.
    fileprivate var syslogPriority: String {
        switch self {
        case .trace, .debug: "7"
        case .info: "6"
        case .notice: "5"
        case .warning: "4"
        case .error: "3"
        case .critical: "2"
        }
    }
}
