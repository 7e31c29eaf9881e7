import TestKit

/// A selector as a plain binary tree, which can be written in any of the ways that mean it, and asked.
indirect enum SelectorModel {
    case all
    case global
    case has(String)
    case compare(String, Operator, [String])
    case not(SelectorModel)
    case and(SelectorModel, SelectorModel)
    case or(SelectorModel, SelectorModel)

    enum Operator: CaseIterable {
        case equals, differs, isIn, isNotIn, contains, starts, ends
    }

    static let keys = ["a", "in", "not", "has", "all", "x.y/z_1-", "projectcalico.org/namespace"]

    /// Short enough to meet by chance, one inside the other, and none with both kinds of quotes.
    static let values = ["", "a", "b", "ab", "ba", "aba", "é", "e\u{301}", "e", "'", "\"", " && ", "x')", "{\t"]

    static func random(_ generator: inout Seeded, depth: Int) -> SelectorModel {
        switch Int.random(in: 0..<(depth > 0 ? 16 : 7), using: &generator) {
        case 0: .all
        case 1: .global
        case 2: .has(generator.pick(keys))
        case 3...6:
            .compare(
                generator.pick(keys), generator.pick(Operator.allCases),
                (0...Int.random(in: 0..<4, using: &generator)).map { _ in generator.pick(values) })
        case 7...8: .not(random(&generator, depth: depth - 1))
        case 9...12: .and(random(&generator, depth: depth - 1), random(&generator, depth: depth - 1))
        default: .or(random(&generator, depth: depth - 1), random(&generator, depth: depth - 1))
        }
    }

    static func randomLabels(_ generator: inout Seeded) -> [String: String] {
        var labels: [String: String] = [:]
        for key in keys where generator.flip() { labels[key] = generator.pick(values) }
        return labels
    }

    func holds(for labels: [String: String]) -> Bool {
        switch self {
        case .all: return true
        case .global: return !labels.keys.contains("projectcalico.org/namespace")
        case .has(let key): return labels.keys.contains(key)
        case .compare(let key, let comparison, let operands):
            guard let label = labels[key] else { return comparison == .differs || comparison == .isNotIn }
            let value = Array(label.utf8)
            let operand = Array(operands[0].utf8)
            return switch comparison {
            case .equals: value == operand
            case .differs: value != operand
            case .isIn: operands.contains { Array($0.utf8) == value }
            case .isNotIn: !operands.contains { Array($0.utf8) == value }
            case .contains: value.contains(operand)
            case .starts: value.starts(with: operand)
            case .ends: value.reversed().starts(with: operand.reversed())
            }
        case .not(let operand): return !operand.holds(for: labels)
        case .and(let left, let right): return left.holds(for: labels) && right.holds(for: labels)
        case .or(let left, let right): return left.holds(for: labels) || right.holds(for: labels)
        }
    }

    /// Text that means it, with blanks, quotes and needless parentheses as they happen to fall.
    func text(_ generator: inout Seeded) -> String {
        if Int.random(in: 0..<8, using: &generator) == 0 {
            return Self.spaced(["(", text(&generator), ")"], &generator)
        }
        switch self {
        case .all: return "all(" + Self.blanks(&generator) + ")"
        case .global: return "global(" + Self.blanks(&generator) + ")"
        case .has(let key): return "has(" + Self.spaced([key, ")"], &generator)
        case .compare(let key, let comparison, let operands):
            return key + " " + Self.text(comparison, operands, &generator)
        case .not(let operand):
            return Self.spaced(["!", operand.text(inside: .not(.all), &generator)], &generator)
        case .and(let left, let right):
            let sides = (left.text(inside: self, &generator), right.text(inside: self, &generator))
            return Self.spaced([sides.0, "&&", sides.1], &generator)
        case .or(let left, let right):
            return Self.spaced([left.text(&generator), "||", right.text(&generator)], &generator)
        }
    }

    private static func text(
        _ comparison: Operator, _ operands: [String], _ generator: inout Seeded
    ) -> String {
        let literals = operands.map { operand in
            let quote = operand.contains("'") ? "\"" : operand.contains("\"") || generator.flip() ? "'" : "\""
            return quote + operand + quote
        }
        switch comparison {
        case .equals: return spaced(["==", literals[0]], &generator)
        case .differs: return spaced(["!=", literals[0]], &generator)
        case .contains: return spaced(["contains", literals[0]], &generator)
        case .starts: return spaced(["starts", "with", literals[0]], &generator)
        case .ends: return spaced(["ends", "with", literals[0]], &generator)
        case .isIn: return spaced(["in"] + set(literals, &generator), &generator)
        case .isNotIn: return spaced(["not", "in"] + set(literals, &generator), &generator)
        }
    }

    private static func set(_ literals: [String], _ generator: inout Seeded) -> [String] {
        let trailing = generator.flip() ? [","] : []
        return ["{"] + literals.map { [$0] }.joined(separator: [","]) + trailing + ["}"]
    }

    private func text(inside outer: SelectorModel, _ generator: inout Seeded) -> String {
        switch (self, outer) {
        case (.or, _), (.and, .not): Self.spaced(["(", text(&generator), ")"], &generator)
        default: text(&generator)
        }
    }

    private static func spaced(_ words: [String], _ generator: inout Seeded) -> String {
        words.reduce("") { $0 + ($0.isEmpty ? "" : blanks(&generator)) + $1 }
    }

    private static func blanks(_ generator: inout Seeded) -> String {
        generator.pick(["", "", "", " ", " ", "\t", " \t  "])
    }
}
