extension Selector {
    /// What a selector asks of one label's value.
    enum Comparison: Hashable, Sendable {
        case equals(Literal)
        case differs(Literal)
        case isIn(LiteralSet)
        case isNotIn(LiteralSet)
        case contains(Literal)
        case starts(Literal)
        case ends(Literal)

        /// Whether it is true of a value, or of a label that is absent.
        func holds(for value: String?) -> Bool {
            switch self {
            case .equals(let literal): value.map { literal.equals($0) } ?? false
            case .differs(let literal): value.map { !literal.equals($0) } ?? true
            case .isIn(let set): value.map { set.contains($0) } ?? false
            case .isNotIn(let set): value.map { !set.contains($0) } ?? true
            case .contains(let literal): value.map { literal.occurs(in: $0) } ?? false
            case .starts(let literal): value.map { $0.utf8.starts(with: literal.bytes) } ?? false
            case .ends(let literal): value.map { literal.ends($0) } ?? false
            }
        }
    }

    /// A text in quotes.
    ///
    /// Kept as bytes: Swift takes strings that differ in their bytes for equal (U+212A and K), Go does not.
    struct Literal: Hashable, Comparable, Sendable {
        let bytes: [UInt8]

        static func < (left: Literal, right: Literal) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }

        func equals(_ value: String) -> Bool { value.utf8.elementsEqual(bytes) }

        func ends(_ value: String) -> Bool { value.utf8.suffix(bytes.count).elementsEqual(bytes) }

        func occurs(in value: String) -> Bool {
            var rest = value.utf8[...]
            while rest.count >= bytes.count {
                if rest.starts(with: bytes) { return true }
                rest = rest.dropFirst()
            }
            return false
        }
    }

    /// Texts in braces; neither their order nor saying one twice matters.
    struct LiteralSet: Hashable, Sendable {
        let sorted: [Literal]

        init(_ literals: [Literal]) {
            var sorted: [Literal] = []
            for literal in literals.sorted() where sorted.last != literal { sorted.append(literal) }
            self.sorted = sorted
        }

        func contains(_ value: String) -> Bool { sorted.contains { $0.equals(value) } }
    }
}
