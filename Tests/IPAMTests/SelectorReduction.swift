/// Tells selectors from other texts in a way that has nothing in common with a parser: every condition becomes one
/// sign, and then `!c`, `c&&c`, `c||c` and `(c)` become `c` until nothing changes.
struct SelectorReduction {
    private static let condition: Unicode.Scalar = "\u{1}"
    private static let and: Unicode.Scalar = "\u{2}"
    private static let or: Unicode.Scalar = "\u{3}"

    private let pattern: Regex<AnyRegexOutput>

    init() throws {
        let blanks = #"[ \t]*"#
        let key = "[a-zA-Z0-9_./-]++"
        let literal = #"(?:'[^']*'|"[^"]*")"#
        let set = #"\{\#(blanks)(?:\#(literal)\#(blanks)(?:,\#(blanks)\#(literal)\#(blanks))*(?:,\#(blanks))?)?\}"#
        let calls = #"has\(\#(blanks)\#(key)\#(blanks)\)|(?:all|global)\(\#(blanks)\)"#
        let onLiterals = "(?:==|!=|contains|starts\(blanks)with|ends\(blanks)with)\(blanks)\(literal)"
        let onSets = "(?:in|not\(blanks)in)\(blanks)\(set)"
        let whole = "\(calls)|\(key)\(blanks)(?:\(onLiterals)|\(onSets))|&&|\\|\\|"
        pattern = try Regex(whole).matchingSemantics(.unicodeScalar)
    }

    func accepts(_ text: String) -> Bool {
        let condition = Self.condition
        var rest = text.replacing(pattern) { match in
            switch match.output[0].substring {
            case "&&": String(Self.and)
            case "||": String(Self.or)
            default: String(condition)
            }
        }.unicodeScalars.filter { $0 != " " && $0 != "\t" }.map { $0 }
        var before: [Unicode.Scalar] = []
        while rest != before {
            before = rest
            for redex in [
                ["!", condition], [condition, Self.and, condition], [condition, Self.or, condition],
                ["(", condition, ")"],
            ] {
                while let range = rest.firstRange(of: redex) { rest.replaceSubrange(range, with: [condition]) }
            }
        }
        return rest.isEmpty || rest == [condition]
    }
}
