extension JSON {
    /// Reads one document: strict RFC 8259, UTF-8 without a byte order mark, no name twice in an object.
    ///
    /// - Throws: `SyntaxError` with line, column and path.
    package static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: Limits = .standard
    ) throws(SyntaxError) -> JSON {
        var parser = Parser(bytes, limits)
        do throws(Flaw) {
            return try parser.document()
        } catch {
            throw error.located(in: bytes)
        }
    }

    /// Reads one document from an array.
    ///
    /// - Throws: `SyntaxError` with line, column and path.
    package static func parse(_ bytes: [UInt8], limits: Limits = .standard) throws(SyntaxError) -> JSON {
        try bytes.withUnsafeBufferPointer { (buffer) throws(SyntaxError) in
            try parse(UnsafeRawBufferPointer(buffer), limits: limits)
        }
    }
}

/// One pass over the bytes of a document.
struct Parser {
    let bytes: UnsafeRawBufferPointer
    let limits: JSON.Limits
    var position = 0
    private var depth = 0

    init(_ bytes: UnsafeRawBufferPointer, _ limits: JSON.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(Flaw) -> JSON {
        guard bytes.count <= limits.bytes else {
            throw Flaw("the document has \(bytes.count) bytes, at most \(limits.bytes) are taken", at: 0)
        }
        if bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF {
            throw Flaw("a byte order mark must not stand first", at: 0)
        }
        skipWhiteSpace()
        let value = try value()
        skipWhiteSpace()
        guard position == bytes.count else { throw unexpected("the end of the document") }
        return value
    }

    mutating func value() throws(Flaw) -> JSON {
        switch peek {
        case 0x22: return .string(try string())
        case 0x7B: return try object()
        case 0x5B: return try array()
        case 0x2D, 0x30...0x39: return .number(try number())
        case 0x74: return try literal("true", .bool(true))
        case 0x66: return try literal("false", .bool(false))
        case 0x6E: return try literal("null", .null)
        default: throw unexpected("a value")
        }
    }

    private mutating func object() throws(Flaw) -> JSON {
        try enter()
        var members: [JSON.Member] = []
        var names: ManyNames?
        if closes(0x7D) { return .object([]) }
        members.reserveCapacity(8)
        while true {
            guard peek == 0x22 else { throw unexpected("a name in double quotes") }
            let begin = position
            let name = try string()
            if members.count == 32 { names = ManyNames(members) }
            guard names?.insert(name) ?? (members.value(named: name) == nil) else {
                throw Flaw("the name \(JSON.string(name.shortened)) stands in the object twice", at: begin)
            }
            skipWhiteSpace()
            guard peek == 0x3A else { throw unexpected("':' after a name").inside(.key(name)) }
            position += 1
            skipWhiteSpace()
            do throws(Flaw) {
                members.append(JSON.Member(name, try value()))
            } catch {
                throw error.inside(.key(name))
            }
            if try separatorOrEnd(0x7D, "',' or '}' after a member") { return .object(members) }
        }
    }

    private mutating func array() throws(Flaw) -> JSON {
        try enter()
        var elements: [JSON] = []
        if closes(0x5D) { return .array([]) }
        while true {
            do throws(Flaw) {
                elements.append(try value())
            } catch {
                throw error.inside(.index(elements.count))
            }
            if try separatorOrEnd(0x5D, "',' or ']' after an element") { return .array(elements) }
        }
    }

    /// Takes an opening bracket.
    mutating func enter() throws(Flaw) {
        guard depth < limits.depth else { throw Flaw("it is nested deeper than \(limits.depth) levels", at: position) }
        depth += 1
        position += 1
        skipWhiteSpace()
    }

    /// Takes the closing bracket if it is there.
    mutating func closes(_ bracket: UInt8) -> Bool {
        guard peek == bracket else { return false }
        position += 1
        depth -= 1
        return true
    }

    /// Takes a comma and what white space follows, or the closing bracket.
    mutating func separatorOrEnd(_ bracket: UInt8, _ expected: StaticString) throws(Flaw) -> Bool {
        skipWhiteSpace()
        if closes(bracket) { return true }
        guard peek == 0x2C else { throw unexpected(expected) }
        position += 1
        skipWhiteSpace()
        return false
    }

    private mutating func literal(_ text: StaticString, _ value: JSON) throws(Flaw) -> JSON {
        for offset in 0..<text.utf8CodeUnitCount {
            guard peek == text.utf8Start[offset] else { throw unexpected(text) }
            position += 1
        }
        return value
    }
}
