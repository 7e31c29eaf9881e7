extension JSON {
    /// A character of a document, both numbers counted from 1.
    package struct Position: Hashable, Sendable {
        package let line: Int
        package let column: Int
    }

    /// Where in a document the value at a path begins; where it is not there, the innermost value around it.
    ///
    /// - Throws: `SyntaxError` for what is no well-formed document as far as that value.
    package static func position(of path: Path, in bytes: [UInt8]) throws(SyntaxError) -> Position {
        try bytes.withUnsafeBufferPointer { (buffer) throws(SyntaxError) in
            let bytes = UnsafeRawBufferPointer(buffer)
            var parser = Parser(bytes, .standard)
            do throws(Flaw) {
                let place = Flaw("", at: try parser.offset(of: path)).located(in: bytes)
                return Position(line: place.line, column: place.column)
            } catch { throw error.located(in: bytes) }
        }
    }
}

extension Parser {
    /// The byte at which the innermost value along a path begins.
    fileprivate mutating func offset(of path: JSON.Path) throws(Flaw) -> Int {
        skipWhiteSpace()
        for step in path.steps {
            let begin = position
            if try !enter(step) { return begin }
        }
        return position
    }

    /// Goes to where a part of the value at hand begins; false if it has no such part.
    private mutating func enter(_ step: JSON.Path.Step) throws(Flaw) -> Bool {
        switch (step, peek) {
        case (.key(let wanted), 0x7B):
            try enter()
            if closes(0x7D) { return false }
            repeat {
                let name = try string()
                skipWhiteSpace()
                guard peek == 0x3A else { throw unexpected("':' after a name") }
                position += 1
                skipWhiteSpace()
                if name == wanted { return true }
                _ = try value()
            } while try !separatorOrEnd(0x7D, "',' or '}' after a member")
            return false
        case (.index(let wanted), 0x5B):
            try enter()
            if closes(0x5D) { return false }
            for _ in 0..<wanted {
                _ = try value()
                if try separatorOrEnd(0x5D, "',' or ']' after an element") { return false }
            }
            return true
        default: return false
        }
    }
}
