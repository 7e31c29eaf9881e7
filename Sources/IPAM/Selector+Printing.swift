extension Selector: CustomStringConvertible {
    /// The selector with one blank where Calico puts one, values in double quotes where they hold none, sets sorted, and
    /// no parentheses but those that are needed.
    ///
    /// Reads back as an equal selector: it has no more parentheses, and beside blanks no more bytes, than any text it
    /// can have been read from, so no limit stands in the way.
    package var description: String {
        var text = ""
        expression.write(to: &text)
        return text
    }
}

extension Selector.Expression {
    fileprivate func write(to text: inout String) {
        switch self {
        case .all: text += "all()"
        case .global: text += "global()"
        case .has(let key): text += "has(" + key + ")"
        case .value(let key, let comparison):
            text += key
            comparison.write(to: &text)
        case .negation(let operand):
            text += "!"
            operand.write(to: &text, inParentheses: operand.isCompound)
        case .conjunction(let operands):
            for (index, operand) in operands.enumerated() {
                if index > 0 { text += " && " }
                operand.write(to: &text, inParentheses: operand.isCompound)
            }
        case .disjunction(let operands):
            for (index, operand) in operands.enumerated() {
                if index > 0 { text += " || " }
                operand.write(to: &text)
            }
        }
    }

    private func write(to text: inout String, inParentheses: Bool) {
        if inParentheses { text += "(" }
        write(to: &text)
        if inParentheses { text += ")" }
    }

    private var isCompound: Bool {
        switch self {
        case .conjunction, .disjunction: true
        default: false
        }
    }
}

extension Selector.Comparison {
    fileprivate func write(to text: inout String) {
        switch self {
        case .equals(let literal): text += " == " + literal.quoted
        case .differs(let literal): text += " != " + literal.quoted
        case .isIn(let set): text += " in " + set.inBraces
        case .isNotIn(let set): text += " not in " + set.inBraces
        case .contains(let literal): text += " contains " + literal.quoted
        case .starts(let literal): text += " starts with " + literal.quoted
        case .ends(let literal): text += " ends with " + literal.quoted
        }
    }
}

extension Selector.Literal {
    /// In the quotes that it does not hold itself; it was read from one kind, so it never holds both.
    fileprivate var quoted: String {
        let quote = bytes.contains(0x22) ? "'" : "\""
        return quote + String(decoding: bytes, as: UTF8.self) + quote
    }
}

extension Selector.LiteralSet {
    fileprivate var inBraces: String {
        var text = "{"
        for (index, literal) in sorted.enumerated() { text += (index > 0 ? ", " : "") + literal.quoted }
        return text + "}"
    }
}
