import JSON

extension JSON {
    /// What a text without quotes means: YAML 1.2's core schema where JSON has the same value, and else the text.
    ///
    /// So `65001:30`, `010` and `yes`, numbers and a truth for some readers of YAML 1.1, are texts, which a field that
    /// wants a number or a truth refuses.
    init(plain text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .bool(true)
        case "false", "False", "FALSE": self = .bool(false)
        default: self = text.isNumber ? .number(text) : .string(text)
        }
    }
}

extension String {
    /// Whether JSON has the text as a number.
    fileprivate var isNumber: Bool {
        // Few texts begin like one, and matching costs more than looking.
        guard let first = utf8.first, first == 0x2D || (0x30...0x39).contains(first) else { return false }
        return wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil
    }
}
