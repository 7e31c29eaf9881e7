/// An IPv4 or IPv6 address, without a zone.
///
/// Addresses are ordered by family, IPv4 first, then by number.
package struct IPAddress: Hashable, Sendable {
    /// Which protocol the address belongs to.
    package let family: AddressFamily
    /// The address as a number; an IPv4 address is in the low 32 bits.
    package let value: UInt128

    /// Makes an address from its number; bits beyond the family's length are dropped.
    package init(_ family: AddressFamily, _ value: UInt128) {
        self.family = family
        self.value = value & family.highest
    }

    /// Makes an IPv4 address from its number, `0x7F00_0001` for 127.0.0.1.
    package init(ipv4 value: UInt32) {
        family = .ipv4
        self.value = UInt128(value)
    }

    /// Reads an address in network byte order, as netlink carries it.
    ///
    /// - Returns: nil unless there are exactly 4 (IPv4) or 16 (IPv6) bytes.
    package init?(family: AddressFamily, bytes: UnsafeRawBufferPointer) {
        guard bytes.count == family.byteCount else { return nil }
        self.family = family
        value =
            switch family {
            case .ipv4: UInt128(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
            case .ipv6: UInt128(bigEndian: bytes.loadUnaligned(as: UInt128.self))
            }
    }

    /// Lends the address in network byte order, 4 or 16 bytes.
    package func withNetworkBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch family {
        case .ipv4:
            try withUnsafeBytes(of: UInt32(truncatingIfNeeded: value).bigEndian, body)
        case .ipv6:
            try withUnsafeBytes(of: value.bigEndian, body)
        }
    }

    /// The address `count` further up, or nil past the family's last one.
    package func advanced(by count: UInt128) -> IPAddress? {
        guard count <= family.highest - value else { return nil }
        return IPAddress(family, value + count)
    }

    /// How many steps lead from `other` up to this address.
    ///
    /// Both should be of one family; the answer is 0 when they are not, or when `other` lies higher.
    package func distance(from other: IPAddress) -> UInt128 {
        family == other.family && value >= other.value ? value - other.value : 0
    }
}

extension IPAddress: Comparable {
    /// Orders by family, IPv4 first, then by number.
    package static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.family == right.family ? left.value < right.value : left.family == .ipv4
    }
}

extension IPAddress {
    /// True for 0.0.0.0 and `::`.
    package var isUnspecified: Bool { value == 0 }

    /// True within 127.0.0.0/8 and for `::1`.
    package var isLoopback: Bool {
        switch family {
        case .ipv4: value >> 24 == 127
        case .ipv6: value == 1
        }
    }

    /// True within 224.0.0.0/4 and ff00::/8.
    package var isMulticast: Bool {
        switch family {
        case .ipv4: value >> 28 == 0xE
        case .ipv6: value >> 120 == 0xFF
        }
    }

    /// True within 169.254.0.0/16 and fe80::/10.
    package var isLinkLocal: Bool {
        switch family {
        case .ipv4: value >> 16 == 0xA9FE
        case .ipv6: value >> 118 == 0xFE80 >> 6
        }
    }
}
