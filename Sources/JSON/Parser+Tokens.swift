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
        return text(from: begin)
    }

    /// The bytes from `begin` to the one at hand, which are known to be UTF-8.
    func text(from begin: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: bytes[begin..<position]), as: UTF8.self)
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

/// The names of an object with many members, which keep a hostile document from taking quadratic time.
///
/// It is a class so that objects with few members, all of those in practice, carry no more than an empty pointer.
final class ManyNames {
    private var set: Set<[UInt8]> = []

    init(_ members: [JSON.Member]) {
        for member in members { set.insert(Array(member.name.utf8)) }
    }

    /// Takes a name; false when it is there already.
    func insert(_ name: String) -> Bool { set.insert(Array(name.utf8)).inserted }
}
