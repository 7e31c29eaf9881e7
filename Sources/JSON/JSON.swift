/// A JSON document, RFC 8259, that forgets nothing: the order of members and the text of numbers are kept.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number as it was written, such as `1e3`.
    case number(String)
    case string(String)
    case array([JSON])
    case object([Member])

    /// A name and its value in an object.
    package struct Member: Hashable, Sendable {
        /// The name, unescaped.
        package let name: String
        /// What stands under the name.
        package let value: JSON

        /// Makes a member.
        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// Makes a number.
    package init(_ integer: Int) { self = .number(String(integer)) }

    /// The value under a name; nil when this is no object or has no such name.
    package subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.value(named: name)
    }

    /// The number, when it is written as a whole one (no fraction, no exponent) that fits.
    package var integer: Int? {
        // A plus sign, which Int would take, does not pass the parser.
        if case .number(let text) = self { Int(text) } else { nil }
    }
}

extension Array where Element == JSON.Member {
    /// The value of the member whose name has these very bytes.
    package func value(named name: String) -> JSON? {
        for member in self where member.name.hasSameBytes(as: name) { return member.value }
        return nil
    }
}

extension String {
    /// Equality of code units: `==` also takes different spellings of one accented letter for the same.
    func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && self == other && utf8.elementsEqual(other.utf8)
    }
}
