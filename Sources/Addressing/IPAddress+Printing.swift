extension IPAddress: CustomStringConvertible {
    /// A dotted quad, or IPv6 by RFC 5952: lower case, the longest run of zeros as `::`, `::ffff:192.0.2.1` when mapped.
    package var description: String {
        String(unsafeUninitializedCapacity: Self.longestText) { space in
            var writer = TextWriter(space)
            write(to: &writer)
            return writer.count
        }
    }

    /// Bytes of the longest text of an address, eight groups of four digits.
    static let longestText = 39

    func write(to writer: inout TextWriter) {
        switch family {
        case .ipv4: writeQuad(to: &writer)
        case .ipv6: writeGroups(to: &writer)
        }
    }

    private func writeQuad(to writer: inout TextWriter) {
        var shift: UInt32 = 24
        let quad = UInt32(truncatingIfNeeded: value)
        while true {
            writer.writeDecimal(Int(quad >> shift & 0xFF))
            if shift == 0 { return }
            writer.write(.dot)
            shift -= 8
        }
    }

    private func writeGroups(to writer: inout TextWriter) {
        // Only the mapped prefix is written mixed (RFC 5952 section 5): `::192.0.2.1` is an abandoned notation.
        let isMapped = value >> 32 == 0xFFFF
        let zeros = longestRunOfZeros()
        var index = 0
        while index < 8 {
            if index == zeros.start {
                writer.write(.colon)
                writer.write(.colon)
                index = zeros.end
                continue
            }
            if index > 0 && index != zeros.end { writer.write(.colon) }
            if isMapped && index == 6 { return writeQuad(to: &writer) }
            writeGroup(group(index), to: &writer)
            index += 1
        }
    }

    private func writeGroup(_ group: UInt32, to writer: inout TextWriter) {
        if group > 0xFFF { writer.writeHexadecimalDigit(group >> 12) }
        if group > 0xFF { writer.writeHexadecimalDigit(group >> 8) }
        if group > 0xF { writer.writeHexadecimalDigit(group >> 4) }
        writer.writeHexadecimalDigit(group)
    }

    private func group(_ index: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: value >> UInt128(112 - 16 * index)) & 0xFFFF
    }

    /// The first of the longest runs of two or more zero groups; from 8 to 8 when there is none.
    private func longestRunOfZeros() -> (start: Int, end: Int) {
        var best = (start: 8, end: 8)
        var length = 1
        var start = 0
        for index in 0..<8 {
            if group(index) != 0 {
                start = index + 1
            } else if index + 1 - start > length {
                length = index + 1 - start
                best = (start, index + 1)
            }
        }
        return best
    }
}
