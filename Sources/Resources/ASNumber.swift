import JSON

/// The number of an autonomous system, RFC 6793: 1 to 4294967295.
package struct ASNumber: Hashable, Sendable, CustomStringConvertible {
    /// The number.
    package let value: UInt32

    /// What nodes have that nobody gave another.
    package static let standard = ASNumber(checked: 64512)

    /// Takes a number; nil for 0, which no system has.
    package init?(_ value: UInt32) {
        guard value > 0 else { return nil }
        self.value = value
    }

    private init(checked value: UInt32) { self.value = value }

    /// Reads `65001`, or its upper and lower half with a dot between them, `1.10` (RFC 5396, asdot+).
    package init?(parsing text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let value: UInt32?
        switch parts.count {
        case 1: value = UInt32(digits: parts[0])
        case 2:
            guard let high = UInt16(digits: parts[0]), let low = UInt16(digits: parts[1]) else { return nil }
            value = UInt32(high) << 16 | UInt32(low)
        default: value = nil
        }
        guard let value else { return nil }
        self.init(value)
    }

    /// The number in digits, without a dot.
    package var description: String { String(value) }

    /// As a manifest has it.
    package var manifest: JSON { .number(description) }
}

extension FixedWidthInteger {
    /// Reads digits alone; the standard initializer also takes a sign.
    init?(digits: Substring) {
        guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        self.init(digits, radix: 10)
    }
}

extension Fields {
    /// The number of an autonomous system, as a number or as text.
    func asNumber(_ name: String) throws(ManifestError) -> ASNumber? {
        let number: ASNumber?
        switch object.value(name) {
        case nil, .string(""): return nil
        // Without quotes 1.10 is a number, which a program on the way may have written as 1.1.
        case .number(let text) where !text.contains("."): number = ASNumber(parsing: text)
        case .string(let text): number = ASNumber(parsing: text)
        default: number = nil
        }
        guard let number else {
            throw error(name, expected: "an AS number from 1 to 4294967295, or one in dots and quotes such as \"1.10\"")
        }
        return number
    }
}
