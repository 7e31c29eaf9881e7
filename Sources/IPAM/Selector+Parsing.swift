extension Selector {
    /// The longest selector, in bytes, blanks and tabs not counted: enough for the names of a thousand nodes.
    package static let lengthLimit = 1 << 16

    /// How many parentheses may stand one in the other.
    package static let depthLimit = 64

    /// Reads a selector; an empty one means `all()`.
    ///
    /// Accepts what Calico accepts, within the limits above: between words blanks and tabs but no line breaks, none
    /// needed in `startswith`, `endswith` and `notin`, none allowed before the parenthesis of `has(`, `all(` and
    /// `global(`, and a comma behind a set's last value.
    ///
    /// - Throws: `SelectorError` when the text is anything else.
    package init(parsing text: String) throws(SelectorError) {
        var parser = try SelectorParser(text)
        self.init(try parser.selector())
    }
}

/// Recursive descent, a function for each level of precedence.
///
/// Only parentheses recurse, and they are counted; repeated `!`, `&&` and `||` are loops.
private struct SelectorParser {
    private var scanner: SelectorScanner
    private var depth = 0

    init(_ text: String) throws(SelectorError) { scanner = try SelectorScanner(text) }

    mutating func selector() throws(SelectorError) -> Selector.Expression {
        if scanner.isAtEnd { return .all }
        let expression = try disjunction()
        guard scanner.isAtEnd else { throw scanner.unexpected("&&, || or the end") }
        return expression
    }

    private mutating func disjunction() throws(SelectorError) -> Selector.Expression {
        var operands = [try conjunction()]
        while scanner.take("||") { operands.append(try conjunction()) }
        return .or(operands)
    }

    private mutating func conjunction() throws(SelectorError) -> Selector.Expression {
        var operands = [try operand()]
        while scanner.take("&&") { operands.append(try operand()) }
        return .and(operands)
    }

    private mutating func operand() throws(SelectorError) -> Selector.Expression {
        var isNegated = false
        while !scanner.sees("!=") && scanner.take("!") { isNegated.toggle() }
        let expression = try term()
        return isNegated ? .not(expression) : expression
    }

    private mutating func term() throws(SelectorError) -> Selector.Expression {
        if scanner.sees("(") { return try group() }
        if scanner.take("has(") {
            let key = try scanner.key()
            try scanner.require(")")
            return .has(key: key)
        }
        if scanner.take("all(") {
            try scanner.require(")")
            return .all
        }
        if scanner.take("global(") {
            try scanner.require(")")
            return .global
        }
        guard scanner.seesWord else { throw scanner.unexpected("a label key, has(, all(), global(), ! or (") }
        return .value(key: try scanner.key(), try comparison())
    }

    private mutating func group() throws(SelectorError) -> Selector.Expression {
        guard depth < Selector.depthLimit else {
            throw scanner.unexpected("at most \(Selector.depthLimit) parentheses one in the other")
        }
        depth += 1
        try scanner.require("(")
        let expression = try disjunction()
        guard scanner.take(")") else { throw scanner.unexpected("&&, || or )") }
        depth -= 1
        return expression
    }

    private mutating func comparison() throws(SelectorError) -> Selector.Comparison {
        if scanner.take("==") { return .equals(try scanner.literal()) }
        if scanner.take("!=") { return .differs(try scanner.literal()) }
        if scanner.take(word: "in") { return .isIn(try set()) }
        if try take("not", "in") { return .isNotIn(try set()) }
        if scanner.take(word: "contains") { return .contains(try scanner.literal()) }
        if try take("starts", "with") { return .starts(try scanner.literal()) }
        if try take("ends", "with") { return .ends(try scanner.literal()) }
        throw scanner.unexpected("==, !=, in, not in, contains, starts with or ends with")
    }

    /// Takes two words, or the two written as one; the second must follow the first.
    private mutating func take(_ first: String, _ second: String) throws(SelectorError) -> Bool {
        if scanner.take(word: first + second) { return true }
        guard scanner.take(word: first) else { return false }
        guard scanner.take(word: second) else { throw scanner.unexpected(second) }
        return true
    }

    private mutating func set() throws(SelectorError) -> Selector.LiteralSet {
        try scanner.require("{")
        var literals: [Selector.Literal] = []
        while scanner.seesLiteral {
            literals.append(try scanner.literal())
            if !scanner.take(",") {
                guard scanner.take("}") else { throw scanner.unexpected("a comma or }") }
                return Selector.LiteralSet(literals)
            }
        }
        guard scanner.take("}") else { throw scanner.unexpected("a value in quotes or }") }
        return Selector.LiteralSet(literals)
    }
}
