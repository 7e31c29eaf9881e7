import IPAM
import Testing

@Suite("Matching labels") struct SelectorMatchingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let selector: String
        let matching: [[String: String]]
        let others: [[String: String]]

        init(_ selector: String, _ matching: [[String: String]], not others: [[String: String]] = []) {
            self.selector = selector
            self.matching = matching
            self.others = others
        }

        var testDescription: String { selector }
    }

    @Test(
        "Calico's own cases",
        arguments: [
            Case(
                #"a == "b""#, [["a": "b"], ["a": "b", "c": "d"]], not: [[:], ["a": "c"], ["c": "d"]]),
            Case(
                #"a == "b" && c == "d""#, [["a": "b", "c": "d"]],
                not: [[:], ["a": "b", "c": "e"], ["a": "c", "c": "d"], ["c": "d"], ["a": "b"]]),
            Case(
                #"a == "b" || c == "d""#, [["a": "b", "c": "d"], ["a": "b"], ["c": "d"]],
                not: [[:], ["a": "e", "c": "e"], ["c": "e"], ["a": "e"]]),
            Case(#"a in {"'", '"', "c"}"#, [["a": "c"], ["a": "\""], ["a": "'"]], not: [[:], ["a": "e"]]),
            Case(#"a not in {"'", '"', "c"}"#, [[:], ["a": "e"]], not: [["a": "c"], ["a": "\""], ["a": "'"]]),
            Case("a == 'a'", [["a": "a"]], not: [["a": "b"], [:]]),
            Case(#"a != "b""#, [["a": "a"]]),
            Case(#"a != "a""#, [[:]], not: [["a": "a"]]),
            Case(
                #"a contains "a""#, [["a": "a"], ["a": "bab"], ["a": "aaa", "b": "c"]],
                not: [[:], ["a": "b"], ["b": "aaa"]]),
            Case(
                #"a starts with "a""#, [["a": "a"], ["a": "abb"], ["a": "aaa", "b": "c"]],
                not: [[:], ["a": "b"], ["a": "baa"], ["b": "aaa"]]),
            Case(
                #"a ends with "a""#, [["a": "a"], ["a": "bba"], ["a": "aaa", "b": "c"]],
                not: [[:], ["a": "b"], ["a": "aab"], ["b": "aaa"]]),
            Case(#"a in {"a"}"#, [["a": "a"]], not: [["a": "b"]]),
            Case(#"!a in {"a"}"#, [["a": "b"]]),
            Case(#"a in {"a", "b"}"#, [["a": "a"], ["a": "b"]], not: [["a": "c"]]),
            Case(#"a not in {"d", "e"}"#, [["a": "a"]]),
            Case(#"a not in {"a"}"#, [], not: [["a": "a"]]),
            Case("has(a)", [["a": "b"]]), Case("!has(a)", [["b": "b"]], not: [["a": "b"]]),
            Case("has(b)", [], not: [["a": "b"]]), Case("!!has(b)", [], not: [["a": "b"]]),
            Case("!!! has(a)", [], not: [["a": "b"]]), Case("! !!has(a)", [], not: [["a": "b"]]),
            Case("", [[:], ["a": "b"]]), Case(" ", [[:]]), Case(" all()", [[:], ["a": "b"]]),
            Case("global()", [[:], ["a": "b"]]),
            Case("a == 'a1' && b == 'b1'", [["a": "a1", "b": "b1"]]),
            Case("a == 'a1' && b != 'b1'", [], not: [["a": "a1", "b": "b1"]]),
            Case("a != 'a1' && b == 'b1'", [], not: [["a": "a1", "b": "b1"]]),
            Case("a != 'a1' && !b == 'b1'", [], not: [["a": "a1", "b": "b1"]]),
            Case("!a == 'a1' && b == 'b1'", [], not: [["a": "a1", "b": "b1"]]),
            Case("has(a) && !has(b)", [["a": "a"]]), Case("!has(b) && has(a)", [["a": "a"]]),
            Case("!(!has(a) || has(b))", [["a": "a"]]), Case("!(has(b) || !has(a))", [["a": "a"]]),
            Case("a == 'a1' || b == 'b1'", [["a": "a1", "b": "b1"]]),
            Case("a == 'a1' || b != 'b1'", [["a": "a1", "b": "b1"]]),
            Case("a != 'a1' || b == 'b1'", [["a": "a1", "b": "b1"]]),
            Case("a != 'a1' || b != 'b1'", [], not: [["a": "a1", "b": "b1"]]),
            Case("! a == 'a1' || ! b == 'b1'", [], not: [["a": "a1", "b": "b1"]]),
        ])
    func calico(_ example: Case) throws { try check(example) }

    @Test(
        "Corners",
        arguments: [
            Case(
                "global()", [["kubernetes.io/hostname": "node1"]],
                not: [["projectcalico.org/namespace": "default"], ["projectcalico.org/namespace": ""]]),
            Case("!global()", [["projectcalico.org/namespace": "default"]], not: [[:]]),
            Case("!all()", [], not: [[:], ["a": "b"]]),
            Case("has(a)", [["a": ""]], not: [["A": "a"], ["a.": "a"]]),
            Case("a == ''", [["a": ""]], not: [[:], ["a": " "]]),
            Case("a in {}", [], not: [[:], ["a": ""]]), Case("a not in {}", [[:], ["a": ""]]),
            Case("a contains ''", [["a": ""], ["a": "b"]], not: [[:]]),
            Case("a starts with ''", [["a": ""], ["a": "b"]], not: [[:]]),
            Case("a ends with ''", [["a": ""], ["a": "b"]], not: [[:]]),
            Case("a contains 'aab'", [["a": "aaab"], ["a": "aabaa"]], not: [["a": "aa"], ["a": "abab"]]),
            Case("a starts with 'ab'", [["a": "ab"]], not: [["a": "a"], ["a": "aab"]]),
            Case("a ends with 'ab'", [["a": "ab"], ["a": "aab"]], not: [["a": "b"], ["a": "aba"]]),
            // A value in which the mark makes one character with the letter.
            Case("a starts with 'e'", [["a": "e\u{301}"]], not: [["a": "é"]]),
            Case("a contains '\u{301}'", [["a": "e\u{301}"]], not: [["a": "é"]]),
            Case("a == 'K'", [["a": "K"]], not: [["a": "\u{212A}"]]),
            Case("a in {'K'} || a != 'K'", [["a": "K"], ["a": "\u{212A}"], [:]]),
            // `!` before `&&` before `||`.
            Case("has(a) || has(b) && has(c)", [["a": ""], ["b": "", "c": ""]], not: [["b": ""], ["c": ""]]),
            Case("(has(a) || has(b)) && has(c)", [["a": "", "c": ""]], not: [["a": ""], ["c": ""]]),
            Case("!has(a) && has(b)", [["b": ""]], not: [[:], ["a": "", "b": ""]]),
            Case("!(has(a) && has(b))", [[:], ["b": ""]], not: [["a": "", "b": ""]]),
            Case("!has(a) || has(b)", [[:], ["a": "", "b": ""]], not: [["a": ""]]),
        ])
    func corners(_ example: Case) throws { try check(example) }

    private func check(_ example: Case) throws {
        let selector = try Selector(parsing: example.selector)
        for labels in example.matching { #expect(selector.matches(labels), "\(labels)") }
        for labels in example.others { #expect(!selector.matches(labels), "\(labels)") }
    }
}
