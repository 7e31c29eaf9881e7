/// The two kinds of address that the Internet Protocol knows.
package enum AddressFamily: UInt8, Sendable, CaseIterable {
    /// IPv4, RFC 791.
    case ipv4 = 4
    /// IPv6, RFC 8200.
    case ipv6 = 6

    /// Length of an address in bits: 32 or 128.
    package var bits: Int {
        switch self {
        case .ipv4: 32
        case .ipv6: 128
        }
    }

    /// Length of an address in bytes: 4 or 16.
    package var byteCount: Int { bits / 8 }

    /// The highest address as a number.
    var highest: UInt128 { hostMask(prefixLength: 0) }

    /// Ones in the bits that a prefix of this length, 0 to `bits`, leaves to its hosts.
    func hostMask(prefixLength: Int) -> UInt128 {
        (1 << UInt128(bits - prefixLength)) &- 1
    }
}

extension AddressFamily: CustomStringConvertible {
    /// The family's usual name, `IPv4` or `IPv6`.
    package var description: String {
        switch self {
        case .ipv4: "IPv4"
        case .ipv6: "IPv6"
        }
    }
}
