/// The bytes of a selector, taken word by word; between two calls it stands on a word's first byte or at the end.
struct SelectorScanner {
    /// The longest label key that Calico reads.
    private static let keyLimit = 512

    private let bytes: [UInt8]
    private var position = 0

    /// - Throws: `SelectorError` when the text is longer than any selector may be.
    init(_ text: String) throws(SelectorError) {
        bytes = Array(text.utf8)
        try checkLength()
        skipBlanks()
    }

    var isAtEnd: Bool { position == bytes.count }

    /// Whether these bytes come next.
    func sees(_ sign: String) -> Bool { bytes[position...].starts(with: sign.utf8) }

    /// Takes these bytes if they come next.
    mutating func take(_ sign: String) -> Bool {
        guard sees(sign) else { return false }
        advance(by: sign.utf8.count)
        return true
    }

    /// Takes a word if it comes next and ends there.
    mutating func take(word: String) -> Bool {
        guard bytes[position..<endOfWord].elementsEqual(word.utf8) else { return false }
        advance(by: word.utf8.count)
        return true
    }

    /// Takes a sign that must come next.
    mutating func require(_ sign: String) throws(SelectorError) {
        guard take(sign) else { throw unexpected(sign) }
    }

    /// Whether a label key, or any word, comes next.
    var seesWord: Bool { endOfWord > position }

    /// Takes a label key.
    mutating func key() throws(SelectorError) -> String {
        let end = endOfWord
        guard end > position else { throw unexpected("a label key") }
        guard end - position <= Self.keyLimit else {
            throw unexpected("a label key of at most \(Self.keyLimit) characters")
        }
        let key = String(decoding: bytes[position..<end], as: UTF8.self)
        advance(by: end - position)
        return key
    }

    var seesLiteral: Bool { sees("'") || sees("\"") }

    /// Takes a text in quotes.
    mutating func literal() throws(SelectorError) -> Selector.Literal {
        guard seesLiteral else { throw unexpected("a value in quotes") }
        guard let end = endOfLiteral else { throw unexpected("a value in quotes that are closed") }
        let literal = Selector.Literal(bytes: Array(bytes[(position + 1)..<(end - 1)]))
        advance(by: end - position)
        return literal
    }

    /// The error for what comes next.
    func unexpected(_ expected: String) -> SelectorError {
        let continuations = bytes[..<position].count { $0.continuesCharacter }
        return SelectorError(
            found: String(decoding: bytes[position..<endOfShown], as: UTF8.self), expected: expected,
            column: position - continuations + 1)
    }

    private mutating func advance(by count: Int) {
        position += count
        skipBlanks()
    }

    private mutating func skipBlanks() {
        while position < bytes.count && bytes[position].isBlank { position += 1 }
    }

    /// Blanks do not count, since printing a selector may add some.
    private mutating func checkLength() throws(SelectorError) {
        guard bytes.count > Selector.lengthLimit else { return }
        var count = 0
        for index in bytes.indices where !bytes[index].isBlank {
            count += 1
            if count > Selector.lengthLimit {
                position = index
                throw unexpected("at most \(Selector.lengthLimit) bytes beside blanks")
            }
        }
    }

    private var endOfWord: Int {
        bytes[position...].firstIndex { !$0.isPartOfKey } ?? bytes.count
    }

    /// Behind the closing quote of the text in quotes that comes next.
    private var endOfLiteral: Int? {
        guard let quote = bytes[position...].first else { return nil }
        return bytes[position...].dropFirst().firstIndex(of: quote).map { $0 + 1 }
    }

    /// Behind what an error shows: a word, a text in quotes, a sign or, failing these, a character.
    private var endOfShown: Int {
        if seesWord { return endOfWord }
        if seesLiteral { return endOfLiteral ?? bytes.count }
        if ["&&", "||", "==", "!="].contains(where: { sees($0) }) { return position + 2 }
        return bytes[position...].dropFirst().firstIndex { !$0.continuesCharacter } ?? bytes.count
    }
}

extension UInt8 {
    /// Blank or tab; Calico knows no other white space.
    fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 }

    /// Whether it is not the first byte of a character in UTF-8.
    fileprivate var continuesCharacter: Bool { self & 0xC0 == 0x80 }

    /// Letters, digits and `_`, `.`, `/`, `-`.
    fileprivate var isPartOfKey: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D...0x2F: true
        default: false
        }
    }
}
