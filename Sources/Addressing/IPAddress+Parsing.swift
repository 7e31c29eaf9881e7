extension IPAddress {
    /// Reads an address in its usual form: a dotted quad, or RFC 4291 section 2.2 for IPv6.
    ///
    /// Strict as inet_pton(3): no leading zeros in an octet, no zone, no white space.
    ///
    /// - Throws: `AddressError` when the text is anything else.
    package init(parsing text: String) throws(AddressError) {
        let bytes = text.utf8Span.span
        do throws(Flaw) {
            self = try scanAddress(bytes, upTo: bytes.count)
        } catch {
            throw AddressError(text, .address, error)
        }
    }
}

/// Reads the address that fills `bytes` from its start up to `end`.
func scanAddress(_ bytes: Span<UInt8>, upTo end: Int) throws(Flaw) -> IPAddress {
    var index = 0
    while index < end && bytes[index] != .dot {
        if bytes[index] == .colon { return IPAddress(.ipv6, try scanIPv6(bytes, upTo: end)) }
        index += 1
    }
    return IPAddress(ipv4: try scanIPv4(bytes, from: 0, upTo: end))
}

private func scanIPv4(_ bytes: Span<UInt8>, from start: Int, upTo end: Int) throws(Flaw) -> UInt32 {
    guard start < end else { throw Flaw("it is empty") }
    var value: UInt32 = 0
    var index = start
    for octet in 1...4 {
        let begin = index
        var number: UInt32 = 0
        while index < end, let digit = bytes[index].decimal {
            if index > begin && number == 0 { throw Flaw("octet \(octet) has a leading zero") }
            number = number * 10 + digit
            if number > 255 { throw Flaw("octet \(octet) is above 255") }
            index += 1
        }
        if index == begin {
            guard index < end else { throw Flaw("it ends where octet \(octet) of 4 should begin") }
            throw .unexpected(bytes[index], at: index)
        }
        value = value << 8 | number
        if octet < 4 {
            guard index < end else { throw Flaw("it has \(octet) of 4 octets") }
            guard bytes[index] == .dot else { throw .unexpected(bytes[index], at: index) }
            index += 1
        }
    }
    guard index == end else { throw .unexpected(bytes[index], at: index) }
    return value
}

private func scanIPv6(_ bytes: Span<UInt8>, upTo end: Int) throws(Flaw) -> UInt128 {
    var groups = Groups()
    var index = 0
    if bytes[0] == .colon {
        guard end > 1, bytes[1] == .colon else { throw .unexpected(.colon, at: 0) }
        groups.gap = 0
        index = 2
    }
    while index < end {
        let begin = index
        let group = try scanGroup(bytes, from: &index, upTo: end)
        if index < end && bytes[index] == .dot {
            groups.append(try scanIPv4(bytes, from: begin, upTo: end), bits: 32)
            index = end
            break
        }
        guard index > begin else { throw .unexpected(bytes[index], at: index) }
        groups.append(group, bits: 16)
        if index == end { break }
        guard bytes[index] == .colon else { throw .unexpected(bytes[index], at: index) }
        index += 1
        guard index < end else { throw .unexpected(.colon, at: index - 1) }
        if bytes[index] == .colon {
            guard groups.gap == nil else { throw Flaw("'::' stands in it twice") }
            groups.gap = groups.count
            index += 1
        }
    }
    return try groups.value()
}

/// Reads up to four hexadecimal digits.
private func scanGroup(_ bytes: Span<UInt8>, from index: inout Int, upTo end: Int) throws(Flaw) -> UInt32 {
    let begin = index
    var group: UInt32 = 0
    while index < end, let digit = bytes[index].hexadecimal {
        guard index - begin < 4 else { throw Flaw("the group at position \(begin + 1) has more than 4 digits") }
        group = group << 4 | digit
        index += 1
    }
    return group
}

/// The 16-bit groups of an IPv6 address while it is read.
private struct Groups {
    private var bits: UInt128 = 0
    private(set) var count = 0
    /// How many groups stand before `::`.
    var gap: Int?

    mutating func append(_ value: UInt32, bits width: Int) {
        // More than eight groups push the first ones out; `value()` sees the count and refuses.
        bits = bits << UInt128(width) | UInt128(value)
        count += width / 16
    }

    func value() throws(Flaw) -> UInt128 {
        guard let gap else {
            guard count == 8 else { throw Flaw("it has \(count) of 8 groups") }
            return bits
        }
        guard count < 8 else { throw Flaw("it has \(count) groups beside '::', 7 are possible") }
        let tailBits = UInt128(16 * (count - gap))
        let tail = bits & ((1 << tailBits) &- 1)
        return (bits >> tailBits) << UInt128(128 - 16 * gap) | tail
    }
}
