/// A text that is no selector.
///
/// Prints as `column 6: expected a value in quotes, found "b"`.
package struct SelectorError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The word or sign that cannot stand where it does, cut to 60 characters; empty at the end of the text.
    package let found: String
    /// What should have been there.
    package let expected: String
    /// The character of the text that `found` begins at, counted from 1.
    package let column: Int

    init(found: String, expected: String, column: Int) {
        let scalars = found.unicodeScalars
        self.found = scalars.count > 60 ? String(scalars.prefix(59)) + "…" : found
        self.expected = expected
        self.column = column
    }

    /// The whole story in one line.
    package var description: String { "column \(column): expected \(expected), found \(shown)" }

    private var shown: String {
        if found.isEmpty { return "the end" }
        var text = "\""
        for scalar in found.unicodeScalars {
            switch scalar {
            // Within double quotes it needs no backslash, and selectors are full of them.
            case "'": text += "'"
            // Looks like a blank and is none.
            case "\u{A0}": text += scalar.escaped(asASCII: true)
            default: text += scalar.escaped(asASCII: false)
            }
        }
        return text + "\""
    }
}
