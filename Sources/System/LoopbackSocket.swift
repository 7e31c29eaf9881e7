import Glibc

extension FileDescriptor {
    /// Listens for TCP connections at an address of this machine.
    ///
    /// No call on it waits.
    ///
    /// - Parameter address: 4 bytes for IPv4, 16 for IPv6.
    package static func listening(at address: [UInt8], port: UInt16) throws(SystemError) -> FileDescriptor {
        let isIPv4 = address.count == 4
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let raw = try retrying("socket") { socket(isIPv4 ? AF_INET : AF_INET6, type, 0) }
        let owned = FileDescriptor(owning: raw)
        var on: Int32 = 1
        try retrying("setsockopt") {
            setsockopt(raw, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        if isIPv4 {
            var place = sockaddr_in()
            place.sin_family = sa_family_t(AF_INET)
            place.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &place.sin_addr) { $0.copyBytes(from: address) }
            try bind(raw, place, port)
        } else {
            var place = sockaddr_in6()
            place.sin6_family = sa_family_t(AF_INET6)
            place.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &place.sin6_addr) { $0.copyBytes(from: address) }
            try bind(raw, place, port)
        }
        try retrying("listen") { listen(raw, 16) }
        return owned
    }

    private static func bind<Address>(
        _ raw: Int32, _ address: Address, _ port: UInt16
    ) throws(SystemError) {
        var address = address
        let length = socklen_t(MemoryLayout<Address>.size)
        try withUnsafePointer(to: &address) { (pointer) throws(SystemError) in
            _ = try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { (address) throws(SystemError) in
                try retrying("bind", "port " + String(port)) { Glibc.bind(raw, address, length) }
            }
        }
    }
}
