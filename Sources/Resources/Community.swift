/// A mark on a route, RFC 1997 `65001:100` or RFC 8092 `65001:100:1`.
package struct Community: Hashable, Sendable, CustomStringConvertible {
    /// Two numbers of 16 bits, or three of 32.
    package let parts: [UInt32]

    /// Reads two or three numbers with colons between them.
    package init?(parsing text: String) {
        let texts = text.split(separator: ":", omittingEmptySubsequences: false)
        let limit: UInt32
        switch texts.count {
        case 2: limit = 0xFFFF
        case 3: limit = .max
        default: return nil
        }
        let parts = texts.compactMap { UInt32(digits: $0) }
        guard parts.count == texts.count, parts.allSatisfy({ $0 <= limit }) else { return nil }
        self.parts = parts
    }

    /// The numbers with colons between them.
    package var description: String { parts.map { String($0) }.joined(separator: ":") }

    /// What a text is expected to be.
    static let rule = "a community such as 65001:100 or 65001:100:1"
}
