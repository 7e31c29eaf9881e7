/// The 48-bit address of an Ethernet interface, IEEE 802.
package struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address as a number, first octet highest; the upper 16 bits are 0.
    package let value: UInt64

    /// Makes an address from its number; bits above the 48th are dropped.
    package init(_ value: UInt64) { self.value = value & 0xFFFF_FFFF_FFFF }

    /// Reads the six octets that netlink carries; nil for any other count.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 6 else { return nil }
        var value: UInt64 = 0
        for byte in bytes { value = value << 8 | UInt64(byte) }
        self.value = value
    }

    /// Reads six pairs of hexadecimal digits of either case with `:`, or everywhere `-`, between them.
    ///
    /// - Throws: `AddressError` when the text is anything else.
    package init(parsing text: String) throws(AddressError) {
        let bytes = text.utf8Span.span
        do throws(Flaw) {
            value = try scanMAC(bytes)
        } catch {
            throw AddressError(text, .macAddress, error)
        }
    }

    /// Lends the six octets, first one first.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBytes(of: (value << 16).bigEndian) { (bytes) throws(Failure) in
            try body(UnsafeRawBufferPointer(rebasing: bytes[..<6]))
        }
    }

    /// True when the address names a group: the low bit of the first octet.
    package var isMulticast: Bool { value >> 40 & 1 == 1 }

    /// True for 00:00:00:00:00:00.
    package var isZero: Bool { value == 0 }

    /// True when no manufacturer gave it: the second-lowest bit of the first octet.
    package var isLocallyAdministered: Bool { value >> 41 & 1 == 1 }

    /// Six pairs of lower-case digits with colons between them.
    package var description: String {
        String(unsafeUninitializedCapacity: 17) { space in
            var writer = TextWriter(space)
            var shift: UInt64 = 40
            while true {
                let octet = UInt32(truncatingIfNeeded: value >> shift) & 0xFF
                writer.writeHexadecimalDigit(octet >> 4)
                writer.writeHexadecimalDigit(octet)
                if shift == 0 { return writer.count }
                writer.write(.colon)
                shift -= 8
            }
        }
    }
}

private func scanMAC(_ bytes: Span<UInt8>) throws(Flaw) -> UInt64 {
    guard bytes.count == 17 else { throw Flaw("it has \(bytes.count) bytes of 17") }
    let separator = bytes[2]
    guard separator == .colon || separator == .hyphen else { throw .unexpected(separator, at: 2) }
    var value: UInt64 = 0
    for index in 0..<17 {
        if index % 3 == 2 {
            guard bytes[index] == separator else { throw .unexpected(bytes[index], at: index) }
        } else {
            guard let digit = bytes[index].hexadecimal else { throw .unexpected(bytes[index], at: index) }
            value = value << 4 | UInt64(digit)
        }
    }
    return value
}
