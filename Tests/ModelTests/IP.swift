import Glibc
import TestKit

/// An address, read and printed by the C library.
struct IP: Hashable, Comparable, Sendable, CustomStringConvertible {
    let isIPv6: Bool
    let value: UInt128

    static func < (one: IP, other: IP) -> Bool {
        (one.isIPv6 ? 1 : 0, one.value) < (other.isIPv6 ? 1 : 0, other.value)
    }

    init(isIPv6: Bool, value: UInt128) {
        self.isIPv6 = isIPv6
        self.value = value
    }

    init(_ text: some StringProtocol) throws {
        let isIPv6 = text.contains(":")
        var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        guard inet_pton(isIPv6 ? AF_INET6 : AF_INET, String(text), &bytes) == 1 else {
            throw Failure("\(text) is no address")
        }
        self.init(isIPv6: isIPv6, value: bytes.reduce(0) { $0 << 8 | UInt128($1) })
    }

    var bits: Int { isIPv6 ? 128 : 32 }

    var description: String {
        let bytes = stride(from: bits - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(isIPv6 ? AF_INET6 : AF_INET, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A range of addresses that have their first bits in common.
struct Span: Hashable, Comparable, Sendable, CustomStringConvertible {
    let first: IP
    let length: Int

    static func < (one: Span, other: Span) -> Bool { (one.first, one.length) < (other.first, other.length) }

    /// The range of that length in which an address is.
    init(around address: IP, length: Int) {
        let count = UInt128(1) << (address.bits - length)
        first = IP(isIPv6: address.isIPv6, value: address.value / count * count)
        self.length = length
    }

    /// Reads `10.244.0.0/26`, or an address alone.
    init(_ text: String) throws {
        let parts = text.split(separator: "/")
        let address = try IP(parts.first ?? "")
        self.init(around: address, length: parts.count == 2 ? Int(parts[1]) ?? 0 : address.bits)
    }

    var count: Int { 1 << (first.bits - length) }
    var last: IP { IP(isIPv6: first.isIPv6, value: first.value + UInt128(count) - 1) }
    var isIPv6: Bool { first.isIPv6 }
    /// All of them: of the small ranges that the model has.
    var addresses: [IP] { (0..<count).map { IP(isIPv6: isIPv6, value: first.value + UInt128($0)) } }

    func contains(_ address: IP) -> Bool {
        address.isIPv6 == isIPv6 && first.value <= address.value && address.value <= last.value
    }

    func contains(_ other: Span) -> Bool { contains(other.first) && contains(other.last) }

    func overlaps(_ other: Span) -> Bool { contains(other.first) || other.contains(first) }

    /// Its parts of that length, in order.
    func parts(length: Int) -> [Span] {
        guard length >= self.length else { return [] }
        let size = UInt128(1) << (first.bits - length)
        return (0..<(1 << (length - self.length))).map {
            Span(around: IP(isIPv6: isIPv6, value: first.value + UInt128($0) * size), length: length)
        }
    }

    var description: String { "\(first)/\(length)" }
}
