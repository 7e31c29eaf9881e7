/// What BIRD answers to one command on its control socket: lines that each carry a number of four digits.
package struct Reply: Hashable, Sendable {
    /// One line without its number.
    package struct Line: Hashable, Sendable {
        /// 0xxx done, 1xxx data, 2xxx heading, 8xxx and 9xxx refused.
        package let code: Int
        package let text: String
    }

    package let lines: [Line]

    /// The number that ended the reply.
    package var code: Int { lines.last?.code ?? 0 }

    /// What BIRD refused and why; nil if it did what was asked.
    package var refusal: String? { code >= 8000 ? lines.last?.text : nil }

    /// The texts of the lines with a number.
    package func texts(_ code: Int) -> [String] { lines.filter { $0.code == code }.map(\.text) }
}

/// Takes a reply apart as it comes in.
///
/// `DDDD-text` is a line with more to follow, `DDDD text` the last one; a line that begins with a blank goes on with the
/// number before it, one that begins with `+` is an echo of the log.
struct ReplyReader {
    private var lines: [Reply.Line] = []
    private var code = 0

    /// Takes a line without its end; answers the reply when it was the last one.
    mutating func take(_ line: Substring) throws(BIRDError) -> Reply? {
        switch line.utf8.first {
        case UInt8(ascii: "+"): return nil
        case UInt8(ascii: " "):
            lines.append(Reply.Line(code: code, text: String(line.dropFirst())))
            return nil
        default:
            let digits = line.prefix(4)
            let mark = line.dropFirst(4).first
            guard digits.utf8.count == 4, let number = Int(digits), mark == "-" || mark == " " else {
                throw .protocol("expected a line such as \"0000 text\", got \"\(line)\"")
            }
            code = number
            lines.append(Reply.Line(code: number, text: String(line.dropFirst(5))))
            guard mark == " " else { return nil }
            defer { lines = [] }
            return Reply(lines: lines)
        }
    }
}
