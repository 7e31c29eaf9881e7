/// A text that is not the address, prefix or MAC that was expected.
///
/// Prints as `expected an IP address, found "10.0.0.300": octet 4 is above 255`.
package struct AddressError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text that was given, cut to 60 characters.
    package let found: String
    /// What should have been there, with an example.
    package let expected: String
    /// What is wrong with the text.
    package let reason: String

    /// Makes an error about `found`.
    package init(found: String, expected: String, reason: String) {
        self.found = found.count > 60 ? found.prefix(59) + "…" : found
        self.expected = expected
        self.reason = reason
    }

    init(_ found: String, _ expected: Expectation, _ flaw: Flaw) {
        self.init(found: found, expected: expected.rawValue, reason: flaw.reason)
    }

    /// The whole story in one line.
    package var description: String { "expected \(expected), found \(found.debugDescription): \(reason)" }
}

/// What a text can be expected to be.
enum Expectation: String {
    case address = "an IP address such as 10.244.0.1 or fd00::1"
    case prefix = "a prefix such as 10.244.0.0/16 or fd00::/48"
    case interfaceAddress = "an address with its prefix length such as 10.244.0.1/24 or fd00::1/64"
    case macAddress = "a MAC address such as 02:00:5e:10:00:01"
}

/// What is wrong with a text; the caller knows the text and what it expected.
struct Flaw: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }

    /// A byte that cannot stand where it does; places are counted from 0.
    static func unexpected(_ byte: UInt8, at index: Int) -> Flaw {
        let shown = byte > 0x20 && byte < 0x7F ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(String(byte, radix: 16))"
        return Flaw("unexpected \(shown) at position \(index + 1)")
    }
}
