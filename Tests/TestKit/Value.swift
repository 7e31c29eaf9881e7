import Foundation

/// A JSON value as a test writes and reads it: literals make one, subscripts never fail.
///
/// Read by Foundation and not by the plugin's own parser, so that a mistake in that parser cannot hide itself.
package enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case real(Double)
    case string(String)
    case array([Value])
    case object([String: Value])

    /// Reads exactly one JSON document; anything before or after it but white space is an error.
    package init(parsing bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(Value.self, from: Data(bytes))
    }

    /// The compact text with sorted keys, which is how libcni hands a configuration to a plugin.
    package var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return "a value that is no JSON: \(self)" }
        return String(decoding: data, as: UTF8.self)
    }

    /// The member of that name; `.null` when there is none or this is no object.
    package subscript(_ key: String) -> Value {
        get {
            if case .object(let members) = self { members[key] ?? .null } else { .null }
        }
        set {
            var members = self.members
            members[key] = newValue == .null ? nil : newValue
            self = .object(members)
        }
    }

    /// The element at that place; `.null` when there is none or this is no array.
    package subscript(_ index: Int) -> Value {
        let elements = self.elements
        return elements.indices.contains(index) ? elements[index] : .null
    }

    /// This value with one member replaced, removed (by `.null`) or added; `path` is dotted, `ipam.node_range`.
    package func setting(_ path: String, _ value: Value) -> Value {
        let parts = path.split(separator: ".", maxSplits: 1)
        guard let first = parts.first.map(String.init) else { return self }
        var copy = self
        copy[first] = parts.count == 1 ? value : self[first].setting(String(parts[1]), value)
        return copy
    }

    /// This object with the other's members over its own, one level deep.
    package func merging(_ other: Value) -> Value {
        .object(members.merging(other.members) { _, new in new })
    }
}

extension Value {
    /// The text of a string, else nil.
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The number when it is a whole one, else nil.
    package var integer: Int? { if case .integer(let number) = self { number } else { nil } }
    /// The truth value, else nil.
    package var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    /// The elements of an array, else none.
    package var elements: [Value] { if case .array(let elements) = self { elements } else { [] } }
    /// The members of an object, else none.
    package var members: [String: Value] { if case .object(let members) = self { members } else { [:] } }
    /// The strings among the elements of an array.
    package var strings: [String] { elements.compactMap(\.string) }
}

extension Value: CustomStringConvertible {
    package var description: String { text }
}

extension Value: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .bool(flag)
        } else if let number = try? container.decode(Int.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .real(number)
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let elements = try? container.decode([Value].self) {
            self = .array(elements)
        } else {
            self = .object(try container.decode([String: Value].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let flag): try container.encode(flag)
        case .integer(let number): try container.encode(number)
        case .real(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .array(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }
}

extension Value: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral flag: Bool) { self = .bool(flag) }
    package init(integerLiteral number: Int) { self = .integer(number) }
    package init(floatLiteral number: Double) { self = .real(number) }
    package init(stringLiteral text: String) { self = .string(text) }
    package init(arrayLiteral elements: Value...) { self = .array(elements) }
    package init(dictionaryLiteral members: (String, Value)...) {
        self = .object(Dictionary(members) { _, last in last })
    }
}
