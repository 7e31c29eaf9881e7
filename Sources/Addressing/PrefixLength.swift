/// Reads an address and, when a slash follows, a decimal length that is not checked against the family.
func scanAddressWithLength(_ bytes: Span<UInt8>) throws(Flaw) -> (address: IPAddress, length: Int?) {
    var slash = 0
    while slash < bytes.count && bytes[slash] != .slash { slash += 1 }
    let address = try scanAddress(bytes, upTo: slash)
    guard slash < bytes.count else { return (address, nil) }
    let begin = slash + 1
    guard begin < bytes.count else { throw Flaw("no length follows the slash") }
    var index = begin
    var length = 0
    while index < bytes.count {
        guard let digit = bytes[index].decimal, index < begin + 3 else { throw .unexpected(bytes[index], at: index) }
        if index > begin && length == 0 { throw Flaw("the length has a leading zero") }
        length = length * 10 + Int(digit)
        index += 1
    }
    return (address, length)
}

extension Flaw {
    static func noLength(_ address: IPAddress) -> Flaw {
        Flaw("it has no length, \(address)/\(address.family.bits) is the address alone")
    }

    static func tooLong(_ length: Int, _ family: AddressFamily) -> Flaw {
        Flaw("length \(length) is above \(family.bits), the most that \(family) has")
    }
}

extension Prefix: CustomStringConvertible {
    /// The prefix as `10.244.0.0/16`.
    package var description: String { text(of: address, length: length) }
}

/// Writes `address/length`.
func text(of address: IPAddress, length: Int) -> String {
    String(unsafeUninitializedCapacity: IPAddress.longestText + 4) { space in
        var writer = TextWriter(space)
        address.write(to: &writer)
        writer.write(.slash)
        writer.writeDecimal(length)
        return writer.count
    }
}
