extension Parser {
    /// Takes a string from its opening to its closing quote.
    mutating func string() throws(Flaw) -> String {
        position += 1
        let begin = position
        try plainRun()
        if peek == 0x22 {
            let text = text(from: begin)
            position += 1
            return text
        }
        return try stringWithEscapes(from: begin)
    }

    private mutating func stringWithEscapes(from begin: Int) throws(Flaw) -> String {
        var text = Array(bytes[begin..<position])
        while peek != 0x22 {
            try escape(into: &text)
            let runBegin = position
            try plainRun()
            text.append(contentsOf: bytes[runBegin..<position])
        }
        position += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// Moves to the next quote or backslash; everything before it is valid UTF-8.
    private mutating func plainRun() throws(Flaw) {
        // A local index stays in a register; this loop sees most of the bytes of a document.
        var index = position
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x22 || byte == 0x5C {
                position = index
                return
            }
            if byte >= 0x20 && byte < 0x80 {
                index += 1
                continue
            }
            position = index
            if byte < 0x20 { throw unexpected("the string to go on (control characters must be escaped)") }
            index += try lengthOfCharacter()
        }
        position = index
        throw unexpected("'\"' to end the string")
    }

    /// Length of the well-formed sequence of two to four bytes at hand, Unicode 16 table 3-7.
    private func lengthOfCharacter() throws(Flaw) -> Int {
        let (length, second): (Int, ClosedRange<UInt8>)
        switch bytes[position] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw unexpected("UTF-8")
        }
        for offset in 1..<length {
            let allowed = offset == 1 ? second : 0x80...0xBF
            guard position + offset < bytes.count, allowed.contains(bytes[position + offset]) else {
                throw unexpected("UTF-8")
            }
        }
        return length
    }

    private mutating func escape(into text: inout [UInt8]) throws(Flaw) {
        position += 1
        switch peek {
        case 0x22, 0x5C, 0x2F: text.append(peek)
        case 0x62: text.append(0x08)
        case 0x66: text.append(0x0C)
        case 0x6E: text.append(0x0A)
        case 0x72: text.append(0x0D)
        case 0x74: text.append(0x09)
        case 0x75: return try unicodeEscape(into: &text)
        default: throw unexpected("one of \"\\/bfnrtu after a backslash")
        }
        position += 1
    }

    private mutating func unicodeEscape(into text: inout [UInt8]) throws(Flaw) {
        let begin = position - 1
        var code = try codeUnit()
        if code >= 0xD800 && code < 0xDC00 && peek == 0x5C {
            position += 1
            guard peek == 0x75 else { throw Flaw("a surrogate stands alone", at: begin) }
            let low = try codeUnit()
            guard low >= 0xDC00 && low < 0xE000 else { throw Flaw("a surrogate stands alone", at: begin) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw Flaw("a surrogate stands alone", at: begin) }
        text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    /// Takes the `u` and its four digits.
    private mutating func codeUnit() throws(Flaw) -> UInt32 {
        position += 1
        var code: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch peek {
            case 0x30...0x39: digit = peek - 0x30
            case 0x61...0x66: digit = peek - 0x57
            case 0x41...0x46: digit = peek - 0x37
            default: throw unexpected("four hexadecimal digits after \\u")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
