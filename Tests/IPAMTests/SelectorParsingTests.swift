import IPAM
import Testing

@Suite("Reading selectors") struct SelectorParsingTests {
    @Test(
        "A selector is printed in one form, however it was written",
        arguments: [
            // Calico's own cases.
            ("", "all()"), (" ", "all()"), (" all() ", "all()"), (" (all() )", "all()"),
            ("! (has( b)||! has(a ))", "!(has(b) || !has(a))"),
            (#"! (a == "b"&&! c != "d")"#, #"!(a == "b" && !c != "d")"#),
            (#"a == "'""#, #"a == "'""#), (#"a == '"'"#, #"a == '"'"#),
            (#"a contains '"'"#, #"a contains '"'"#), (#"a contains "'""#, #"a contains "'""#),
            (#"a startswith '"'"#, #"a starts with '"'"#), (#"a endswith "'""#, #"a ends with "'""#),
            (#"a!='"'"#, #"a != '"'"#), (#"a in {"d", "a", "b"}"#, #"a in {"a", "b", "d"}"#),
            (#"a in {"z", "z", "x", "y", "x", "a"}"#, #"a in {"a", "x", "y", "z"}"#),
            (#"contains contains 'contains'"#, #"contains contains "contains""#),
            (#"label contains"value""#, #"label contains "value""#),
            (#"startswith starts with "value""#, #"startswith starts with "value""#),
            (#"label ends  with "value""#, #"label ends with "value""#),
            ("a notin{\"bar\"}&&!has(foo)||b in{\"c\"}", #"a not in {"bar"} && !has(foo) || b in {"c"}"#),
            (
                "a  not  in  {'bar'}  &&  ! has( foo )  ||  b  in  {'c'} ",
                #"a not in {"bar"} && !has(foo) || b in {"c"}"#
            ),
            ("has(calico/k8s_NS-.1/role)", "has(calico/k8s_NS-.1/role)"),
            (
                #"calico/k8s_ns == "kube-system" && k8s-app == "kube-dns""#,
                #"calico/k8s_ns == "kube-system" && k8s-app == "kube-dns""#
            ),
            ("a not in {}", "a not in {}"), ("!!has(b)", "has(b)"), ("!! ! has(a)", "!has(a)"),
            (
                "!(!(k == 'v' && has(t) || all()) && (a in {'b', 'c'}))",
                #"!(!(k == "v" && has(t) || all()) && a in {"b", "c"})"#
            ),
            // The corners of what Calico accepts.
            ("global( )", "global()"), ("\tall(\t)\t", "all()"), ("a in {'b',}", #"a in {"b"}"#),
            ("a in{ 'b' , 'c' , }", #"a in {"b", "c"}"#), ("a in {''}", #"a in {""}"#),
            ("all == 'x' && has == 'y' && global != 'z'", #"all == "x" && has == "y" && global != "z""#),
            ("in in {'in'} || not not in {'not'}", #"in in {"in"} || not not in {"not"}"#),
            ("starts starts\twith 'starts'", #"starts starts with "starts""#),
            (
                "- == '-' && / == '/' && . == '.' && _ == '_' && 0 == '0'",
                #"- == "-" && / == "/" && . == "." && _ == "_" && 0 == "0""#
            ),
            ("a == ' b\n\t\u{0} && é'", "a == \" b\n\t\u{0} && é\""),
            // What the printed form leaves out.
            ("((has(a)) && ((has(b) && has(c))))", "has(a) && has(b) && has(c)"),
            ("(has(a) || has(b)) || has(c)", "has(a) || has(b) || has(c)"),
            ("(has(a) && has(b)) || has(c) && (has(d))", "has(a) && has(b) || has(c) && has(d)"),
            ("(has(a) || has(b)) && !(has(c))", "(has(a) || has(b)) && !has(c)"),
            ("!(!has(a))", "has(a)"), ("!(!(has(a) && has(b)))", "has(a) && has(b)"),
        ])
    func canonical(_ text: String, _ expected: String) throws {
        let selector = try Selector(parsing: text)
        #expect(selector.description == expected)
        #expect(try Selector(parsing: expected) == selector)
    }

    @Test(
        "What is no selector is refused with its column",
        arguments: [
            // Calico's own cases.
            ("b == b", #"column 6: expected a value in quotes, found "b""#),
            ("b contains b", #"column 12: expected a value in quotes, found "b""#),
            ("b starts with b", #"column 15: expected a value in quotes, found "b""#),
            ("b ends with b", #"column 13: expected a value in quotes, found "b""#),
            ("'b1' == b", #"column 1: expected a label key, has(, all(), global(), ! or (, found "'b1'""#),
            ("b", "column 2: expected ==, !=, in, not in, contains, starts with or ends with, found the end"),
            ("a ", "column 3: expected ==, !=, in, not in, contains, starts with or ends with, found the end"),
            ("a b", #"column 3: expected ==, !=, in, not in, contains, starts with or ends with, found "b""#),
            ("!", "column 2: expected a label key, has(, all(), global(), ! or (, found the end"),
            (#"foo == "bar" &"#, #"column 14: expected &&, || or the end, found "&""#),
            (#"foo == "bar" |"#, #"column 14: expected &&, || or the end, found "|""#),
            ("foo != ||", #"column 8: expected a value in quotes, found "||""#),
            (#"foo in {"", ||"#, #"column 13: expected a value in quotes or }, found "||""#),
            (#"foo in """#, #"column 8: expected {, found "\"\"""#),
            (#""FOO"#, #"column 1: expected a label key, has(, all(), global(), ! or (, found "\"FOO""#),
            ("'FOO", #"column 1: expected a label key, has(, all(), global(), ! or (, found "'FOO""#),
            ("(", "column 2: expected a label key, has(, all(), global(), ! or (, found the end"),
            (#"(a == "foo""#, "column 12: expected &&, || or ), found the end"),
            (")", #"column 1: expected a label key, has(, all(), global(), ! or (, found ")""#),
            ("()", #"column 2: expected a label key, has(, all(), global(), ! or (, found ")""#),
            ("%", #"column 1: expected a label key, has(, all(), global(), ! or (, found "%""#),
            (#"a == "b" && %"#, #"column 13: expected a label key, has(, all(), global(), ! or (, found "%""#),
            (#"a == "b" || %"#, #"column 13: expected a label key, has(, all(), global(), ! or (, found "%""#),
            ("has(foo) &&", "column 12: expected a label key, has(, all(), global(), ! or (, found the end"),
            (#"label starts foo "value""#, #"column 14: expected with, found "foo""#),
            (#"label ends foo "value""#, #"column 12: expected with, found "foo""#),
            (
                #"label squiggles "value""#,
                #"column 7: expected ==, !=, in, not in, contains, starts with or ends with, found "squiggles""#
            ),
            // Each place where something may be missing or too much.
            ("k == 'v", #"column 6: expected a value in quotes that are closed, found "'v""#),
            (#"k == 'v""#, #"column 6: expected a value in quotes that are closed, found "'v\"""#),
            ("k in {'v'", "column 10: expected a comma or }, found the end"),
            ("k in {'v' 'w'}", #"column 11: expected a comma or }, found "'w'""#),
            ("k in {,}", #"column 7: expected a value in quotes or }, found ",""#),
            ("k in {'v',,}", #"column 11: expected a value in quotes or }, found ",""#),
            ("k in {v}", #"column 7: expected a value in quotes or }, found "v""#),
            ("k not {'v'}", #"column 7: expected in, found "{""#),
            (
                "k notable {'v'}",
                #"column 3: expected ==, !=, in, not in, contains, starts with or ends with, found "notable""#
            ),
            ("k in-{'v'}", #"column 3: expected ==, !=, in, not in, contains, starts with or ends with, found "in-""#),
            ("k = 'v'", #"column 3: expected ==, !=, in, not in, contains, starts with or ends with, found "=""#),
            ("k IN {'v'}", #"found "IN""#), ("k & 'v'", #"found "&""#),
            ("!= 'v'", #"column 1: expected a label key, has(, all(), global(), ! or (, found "!=""#),
            ("! = 'v'", #"column 3: expected a label key, has(, all(), global(), ! or (, found "=""#),
            ("has()", #"column 5: expected a label key, found ")""#),
            ("has('a')", #"column 5: expected a label key, found "'a'""#),
            ("has(a b)", #"column 7: expected ), found "b""#), ("has(a", "column 6: expected ), found the end"),
            ("has (a)", #"column 5: expected ==, !=, in, not in, contains, starts with or ends with, found "(""#),
            ("all(a)", #"column 5: expected ), found "a""#), ("global(", "column 8: expected ), found the end"),
            ("all() all()", #"column 7: expected &&, || or the end, found "all""#),
            ("all())", #"column 6: expected &&, || or the end, found ")""#),
            ("(all() all())", #"column 8: expected &&, || or ), found "all""#),
            ("all() & & all()", #"column 7: expected &&, || or the end, found "&""#),
            ("&& all()", #"column 1: expected a label key, has(, all(), global(), ! or (, found "&&""#),
            // Columns count characters; what is found is one, too.
            ("k == 'é😀' é", #"column 11: expected &&, || or the end, found "é""#),
            ("all()\n", #"column 6: expected &&, || or the end, found "\n""#),
            ("all()\u{A0}", #"column 6: expected &&, || or the end, found "\u{00A0}""#),
            ("\u{0}", #"found "\0""#), ("k\u{301} == 'v'", #"column 2: expected ==,"#),
        ])
    func refused(_ text: String, _ expected: String) {
        let error = #expect(throws: SelectorError.self) { try Selector(parsing: text) }
        #expect(error?.description.hasSuffix(expected) == true || error?.description.hasPrefix(expected) == true)
    }

    @Test("An error shows at most 60 characters of what it found") func longFinding() {
        let error = #expect(throws: SelectorError.self) {
            try Selector(parsing: "k == " + String(repeating: "e\u{301}", count: 1000))
        }
        #expect(error?.found == "e")
        let other = #expect(throws: SelectorError.self) { try Selector(parsing: String(repeating: "k", count: 61)) }
        #expect(other?.found == "" && other?.column == 62)
        let third = #expect(throws: SelectorError.self) {
            try Selector(parsing: "k == " + String(repeating: "k", count: 61))
        }
        #expect(third?.found == String(repeating: "k", count: 59) + "…")
    }

    @Test("Parentheses stand in one another up to the limit and no deeper") func depth() throws {
        let limit = Selector.depthLimit
        func nested(_ depth: Int) -> String {
            String(repeating: "!(has(a) || has(b) && ", count: depth) + "all()" + String(repeating: ")", count: depth)
        }
        let deepest = try Selector(parsing: nested(limit))
        #expect(try Selector(parsing: deepest.description) == deepest)
        #expect(deepest.description == nested(limit))
        let error = #expect(throws: SelectorError.self) { try Selector(parsing: nested(limit + 1)) }
        #expect(error?.expected == "at most 64 parentheses one in the other" && error?.found == "(")
        #expect(error?.column == limit * 22 + 2)
        #expect(throws: SelectorError.self) { try Selector(parsing: String(repeating: "(", count: 60_000)) }
        // One after the other they are as many as one likes.
        let many = Array(repeating: "(all())", count: 1_000).joined(separator: "&&")
        #expect(try Selector(parsing: many).matches([:]))
    }

    @Test("What repeats without parentheses does not nest") func repetition() throws {
        let negations = try Selector(parsing: String(repeating: "!", count: 60_001) + "all()")
        #expect(negations.description == "!all()")
        let conjunction = try Selector(parsing: "all()" + String(repeating: "&&all()", count: 9_000))
        #expect(try Selector(parsing: conjunction.description) == conjunction && conjunction.matches([:]))
        let disjunction = try Selector(parsing: "has(a)" + String(repeating: "||has(a)", count: 8_000))
        #expect(try Selector(parsing: disjunction.description) == disjunction && !disjunction.matches([:]))
    }

    @Test("A selector may be as long as the limit, blanks not counted, and its printed form is no longer") func length()
        throws
    {
        let limit = Selector.lengthLimit
        let longest = "k=='" + String(repeating: "v", count: limit - 5) + "'"
        let selector = try Selector(parsing: longest)
        #expect(selector.description.utf8.count == limit + 2)
        #expect(try Selector(parsing: selector.description) == selector)
        #expect(try Selector(parsing: String(repeating: " \t", count: limit) + longest) == selector)
        let error = #expect(throws: SelectorError.self) { try Selector(parsing: " " + longest + "&") }
        #expect(error?.description == "column \(limit + 2): expected at most \(limit) bytes beside blanks, found \"&\"")
    }

    @Test("A label key may have 512 characters") func keyLength() throws {
        let key = String(repeating: "k", count: 512)
        #expect(try Selector(parsing: "has(\(key))").matches([key: ""]))
        for text in ["has(k\(key))", "!k\(key) == 'v'"] {
            let error = #expect(throws: SelectorError.self) { try Selector(parsing: text) }
            #expect(error?.expected == "a label key of at most 512 characters")
        }
    }

    @Test("Order and repetition matter in nothing but sets") func equality() throws {
        #expect(try Selector(parsing: "k in {'b', 'a', 'b'}") == Selector(parsing: "k in {'a', 'b'}"))
        #expect(try Selector(parsing: "has(a) && has(b)") != Selector(parsing: "has(b) && has(a)"))
        #expect(try Selector(parsing: "") == Selector.all)
        // Equal by Unicode's equivalence, not by their bytes.
        #expect(try Selector(parsing: "k == 'K'") != Selector(parsing: "k == '\u{212A}'"))
        #expect(try Selector(parsing: "k in {'K', '\u{212A}'}").description == "k in {\"K\", \"\u{212A}\"}")
    }
}
