extension Parser {
    /// The byte at hand; 0, which no token begins with, at the end.
    var peek: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// Takes a number and keeps its text.
    mutating func number() throws(Flaw) -> String {
        let begin = position
        if peek == 0x2D { position += 1 }
        if peek == 0x30 {
            position += 1
            if isDigit { throw Flaw("a number must not have a leading zero", at: begin) }
        } else {
            try digits()
        }
        if peek == 0x2E {
            position += 1
            try digits()
        }
        if peek | 0x20 == 0x65 {
            position += 1
            if peek == 0x2B || peek == 0x2D { position += 1 }
            try digits()
        }
        return String(decoding: bytes[begin..<position], as: UTF8.self)
    }

    private var isDigit: Bool { peek >= 0x30 && peek <= 0x39 }

    private mutating func digits() throws(Flaw) {
        guard isDigit else { throw unexpected("a digit") }
        while isDigit { position += 1 }
    }

    /// An error about the byte at hand.
    func unexpected(_ expected: StaticString) -> Flaw {
        let found =
            if position >= bytes.count {
                bytes.isEmpty ? "nothing at all" : "the end of the document"
            } else if bytes[position] > 0x20 && bytes[position] < 0x7F {
                "'\(Unicode.Scalar(bytes[position]))'"
            } else {
                "byte 0x\(bytes[position] < 16 ? "0" : "")\(String(bytes[position], radix: 16))"
            }
        return Flaw("expected \(expected), found \(found)", at: position)
    }
}

/// The names of an object so far.
///
/// Few names are compared one by one; from the 33rd on a set keeps a hostile document from taking quadratic time.
struct SeenNames {
    private var set: Set<[UInt8]> = []

    /// False when the name is there already.
    mutating func insert(_ name: String, _ members: [JSON.Member]) -> Bool {
        if members.count < 32 { return members.value(named: name) == nil }
        if members.count == 32 { for member in members { set.insert(Array(member.name.utf8)) } }
        return set.insert(Array(name.utf8)).inserted
    }
}
