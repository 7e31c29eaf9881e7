import IPAM
import TestKit
import Testing

@Suite("Selectors against a naive model") struct RandomSelectorTests {
    let seed = Seeded.seed

    @Test("A random selector matches what its model matches, before and after it is printed") func meaning() throws {
        var generator = Seeded("selectors meaning")
        var matched = 0
        for _ in 0..<5_000 {
            let model = SelectorModel.random(&generator, depth: 5)
            let text = model.text(&generator)
            let selector = try Selector(parsing: text)
            let again = try Selector(parsing: selector.description)
            #expect(again == selector && again.description == selector.description, "\(text), seed \(seed)")
            for _ in 0..<8 {
                let labels = SelectorModel.randomLabels(&generator)
                let isMatch = selector.matches(labels)
                #expect(isMatch == model.holds(for: labels), "\(text) on \(labels), seed \(seed)")
                matched += isMatch ? 1 : 0
            }
        }
        #expect((8_000..<32_000).contains(matched), "too one-sided to prove anything, seed \(seed)")
    }

    @Test("A damaged selector is accepted exactly when it can be reduced to one condition") func damage() throws {
        var generator = Seeded("selectors damage")
        let reduction = try SelectorReduction()
        var accepted = 0
        for _ in 0..<6_000 {
            let text = Self.damaged(SelectorModel.random(&generator, depth: 2).text(&generator), &generator)
            do throws(SelectorError) {
                let selector = try Selector(parsing: text)
                accepted += 1
                #expect(reduction.accepts(text), "\(text.debugDescription), seed \(seed)")
                #expect(try Selector(parsing: selector.description) == selector, "\(text), seed \(seed)")
            } catch {
                #expect(!reduction.accepts(text), "\(text.debugDescription), \(error), seed \(seed)")
                #expect((1...text.unicodeScalars.count + 1).contains(error.column), "\(text), seed \(seed)")
                let place = text.unicodeScalars.dropFirst(error.column - 1)
                let shown = error.found.unicodeScalars
                #expect(shown.count == 60 || place.starts(with: shown), "\(text), \(error), seed \(seed)")
                #expect(shown.isEmpty == place.isEmpty, "\(text), \(error), seed \(seed)")
            }
        }
        #expect((600..<5_400).contains(accepted), "too one-sided to prove anything, seed \(seed)")
    }

    /// With up to three pieces put in, left out or exchanged.
    private static func damaged(_ text: String, _ generator: inout Seeded) -> String {
        let pieces = [
            "!", "&", "|", "=", "&&", "||", "==", "!=", "(", ")", "{", "}", ",", "'", "\"", "in", "not", "with", "a",
            "has(",
            "all(", "all()", " ", "\n", "%", "é", "\u{301}", "\u{0}",
        ].map { Array($0.unicodeScalars) }
        var scalars = Array(text.unicodeScalars)
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let start = Int.random(in: 0...scalars.count, using: &generator)
            let end = min(scalars.count, start + Int.random(in: 0...2, using: &generator))
            scalars.replaceSubrange(start..<end, with: generator.flip() ? generator.pick(pieces) : [])
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
