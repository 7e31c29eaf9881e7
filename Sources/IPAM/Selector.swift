/// Which of the things that carry labels are meant, in Calico's language: `has(rack) && zone in {"a", "b"}`.
///
/// The language is that of libcalico-go's `lib/selector`, so that a manifest means here what it means there:
/// `all()`, `global()`, `has(k)`, `k == "v"`, `k != "v"`, `k in {"v", "w"}`, `k not in {"v", "w"}`, `k contains "v"`,
/// `k starts with "v"`, `k ends with "v"`, put together by `!`, `&&`, `||` and parentheses, of which `!` binds
/// tightest and `||` least. Nothing at all means `all()`.
///
/// A label that is absent satisfies `!=` and `not in` and none of the other comparisons. Values are compared byte for
/// byte, as Go does, not by Unicode's equivalence.
package struct Selector: Hashable, Sendable {
    let expression: Expression

    init(_ expression: Expression) { self.expression = expression }

    /// Matches everything; what the empty text means, too.
    package static let all = Selector(.all)

    /// Whether something with these labels is meant.
    package func matches(_ labels: [String: String]) -> Bool { expression.holds(for: labels) }
}
