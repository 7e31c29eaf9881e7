import JSON
import Testing

func parse(_ text: String, limits: JSON.Limits = .standard) throws(JSON.SyntaxError) -> JSON {
    try JSON.parse(Array(text.utf8), limits: limits)
}

@Suite("Parsing JSON") struct ParserTests {
    @Test(
        "A document in its shortest form prints as it was read",
        arguments: [
            "null", "true", "false", "0", "-0", "12", "-1.5", "1e3", "1E+3", "0.0e-00",
            "123456789012345678901234567890",
            #""""#, #""a""#, #""é€😀""#, #""\"\\\n\r\t\b\f\u0000\u001f/""#, "\"\u{7f}\"", "[]", "{}", "[[],{}]",
            "[1,2,3]",
            #"{"b":1,"a":{"c":[null]}}"#, #"{"":0}"#,
        ])
    func identity(_ text: String) throws {
        #expect(try parse(text).description == text)
    }

    @Test(
        "White space and escapes are taken in all their forms",
        arguments: [
            (" \t\r\n[ 1 , 2 ] \n", "[1,2]"), (#"{ "a" : 1 , "b" : 2 }"#, #"{"a":1,"b":2}"#), (#""\/""#, #""/""#),
            (#""\u0041\u00e9\u20AC""#, #""Aé€""#), (#""\ud83d\uDE00x""#, #""😀x""#), (#""x\u0022y""#, #""x\"y""#),
            (#""\u003c\u003e\u0026""#, #""<>&""#),
        ])
    func leniency(_ text: String, _ shortest: String) throws {
        #expect(try parse(text).description == shortest)
    }

    @Test(
        "What RFC 8259 forbids is refused with its place",
        arguments: [
            ("", "line 1, column 1: expected a value, found nothing at all"),
            ("  ", "line 1, column 3: expected a value, found the end of the document"),
            ("nul", "line 1, column 4: expected null, found the end of the document"),
            ("True", "line 1, column 1: expected a value, found 'T'"),
            ("truex", "line 1, column 5: expected the end of the document, found 'x'"),
            ("NaN", "expected a value, found 'N'"), ("01", "line 1, column 1: a number must not have a leading zero"),
            ("-", "column 2: expected a digit, found the end of the document"), ("+1", "expected a value, found '+'"),
            (".5", "expected a value, found '.'"), ("1.", "column 3: expected a digit"),
            ("1e", "column 3: expected a digit"),
            ("1e+", "column 4: expected a digit"), ("-x", "expected a digit, found 'x'"), ("0x1", "found 'x'"),
            ("1 2", "line 1, column 3: expected the end of the document, found '2'"), ("{}\u{0}", "found byte 0x00"),
            ("[1,]", "line 1, column 4 (at [1]): expected a value, found ']'"),
            ("[1 2]", "expected ',' or ']' after an element, found '2'"),
            ("[", "expected a value, found the end of the document"), ("[1", "expected ',' or ']' after an element"),
            ("]", "expected a value, found ']'"), ("{\"a\":1,}", "expected a name in double quotes, found '}'"),
            ("{a:1}", "expected a name in double quotes, found 'a'"), ("{'a':1}", "found '''"), ("{1:1}", "found '1'"),
            ("{\"a\" 1}", "line 1, column 6 (at a): expected ':' after a name, found '1'"),
            ("{\"a\":}", "(at a): expected a value, found '}'"),
            ("{\"a\":1 \"b\":2}", "expected ',' or '}' after a member, found '\"'"),
            ("{\"a\":1", "expected ',' or '}'"),
            ("{\"a\":1}}", "expected the end of the document, found '}'"), ("[1] // x", "found '/'"),
            ("/* */ 1", "found '/'"),
            ("\"a", "expected '\"' to end the string, found the end of the document"),
            (
                "\"a\nb\"",
                "line 1, column 3: expected the string to go on (control characters must be escaped), found byte 0x0a"
            ),
            (#""\x""#, #"expected one of "\/bfnrtu after a backslash, found 'x'"#),
            (#""\"#, "after a backslash, found the end of the document"),
            (#""\u12g4""#, "expected four hexadecimal digits after \\u, found 'g'"),
            (#""\u12"#, "four hexadecimal digits"),
            (#""\ud800""#, "line 1, column 2: a surrogate stands alone"), (#""\udc00""#, "a surrogate stands alone"),
            (#""\ud800\n""#, "a surrogate stands alone"), (#""\ud800\u0041""#, "a surrogate stands alone"),
            (#""\udc00\ud800""#, "a surrogate stands alone"),
            ("\u{FEFF}{}", "line 1, column 1: a byte order mark must not stand first"),
            (#"{"a":1,"a":2}"#, #"line 1, column 8: the name "a" stands in the object twice"#),
            (#"{"a":1,"\u0061":2}"#, #"the name "a" stands in the object twice"#),
            (
                "{\n \"ipam\": {\n  \"pools\": [{}, {\"cidr\": nil}]}}",
                "line 3, column 27 (at ipam.pools[1].cidr): expected null, found 'i'"
            ),
            ("{\"é😀\": x}", "line 1, column 8 (at [\"é😀\"]): expected a value, found 'x'"),
        ])
    func refused(_ text: String, _ expected: String) {
        let error = #expect(throws: JSON.SyntaxError.self) { try parse(text) }
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
    }

    @Test(
        "Bytes that are not UTF-8 are refused",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
            [0xE2, 0x28, 0xA1],
            [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
            [0xF0, 0x9F, 0x98],
        ] as [[UInt8]])
    func notUTF8(_ bytes: [UInt8]) {
        let error = #expect(throws: JSON.SyntaxError.self) { try JSON.parse([0x22, 0x61] + bytes + [0x22]) }
        #expect(error?.message.contains("expected UTF-8") == true)
        #expect(error?.column == 3)
        // Cut off by the end of the document, too.
        #expect(throws: JSON.SyntaxError.self) { try JSON.parse([0x22, 0x61] + bytes) }
    }

    @Test("Names that differ only in the spelling of an accent are two names") func accents() throws {
        let json = try parse("{\"e\u{301}\":1,\"\u{e9}\":2}")
        #expect(json["\u{e9}"] == 2)
        #expect(json["e\u{301}"] == 1)
    }

    @Test("A name standing twice is found in an object of any size", arguments: [2, 31, 32, 33, 34, 1000])
    func duplicates(_ count: Int) throws {
        let members = (0..<count).map { "\"n\($0)\":0" }
        #expect(throws: Never.self) { try parse("{\(members.joined(separator: ","))}") }
        for repeated in [0, count / 2, count - 1] {
            let text = "{\((members + ["\"n\(repeated)\":0"]).joined(separator: ","))}"
            let error = #expect(throws: JSON.SyntaxError.self) { try parse(text) }
            #expect(error?.message == "the name \"n\(repeated)\" stands in the object twice")
        }
    }

    @Test("Depth and size are limited, and settable") func limits() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try parse(nested(64)) }
        let tooDeep = #expect(throws: JSON.SyntaxError.self) { try parse(nested(65)) }
        #expect(tooDeep?.message == "it is nested deeper than 64 levels")
        #expect(tooDeep?.column == 65)
        #expect(throws: JSON.SyntaxError.self) { try parse(String(repeating: "{\"a\":", count: 100_000)) }
        #expect(throws: Never.self) { try parse(nested(65), limits: JSON.Limits(depth: 65)) }
        #expect(throws: Never.self) { try parse("[[],[],[]]", limits: JSON.Limits(depth: 2)) }
        let tooLong = #expect(throws: JSON.SyntaxError.self) { try parse("[1,2]", limits: JSON.Limits(bytes: 4)) }
        #expect(tooLong?.message == "the document has 5 bytes, at most 4 are taken")
        #expect(throws: Never.self) { try parse("[1,2]", limits: JSON.Limits(bytes: 5)) }
    }
}

@Suite("The position of a value")
struct PositionTests {
    private static let text = """
        {"name": "pods", "é": {},
          "plugins": [
            {"type": "one"}, {"type": "two", "empty": [], "list": [1, [2, "x\\"]"], 3]}
          ]}
        """

    @Test(
        "is where it begins, and where it is not there, that of what is around it",
        arguments: [
            (JSON.Path([]), 1, 1), (JSON.Path([.key("name")]), 1, 10), (JSON.Path([.key("é")]), 1, 23),
            (JSON.Path([.key("é"), .key("none")]), 1, 23), (JSON.Path([.key("none"), .index(3)]), 1, 1),
            (JSON.Path([.key("plugins"), .index(1), .key("type")]), 3, 31),
            (JSON.Path([.key("plugins"), .index(1), .key("list"), .index(2)]), 3, 76),
            (JSON.Path([.key("plugins"), .index(1), .key("list"), .index(1), .index(1)]), 3, 67),
            (JSON.Path([.key("plugins"), .index(1), .key("empty"), .index(0)]), 3, 47),
            (JSON.Path([.key("plugins"), .index(2)]), 2, 14), (JSON.Path([.key("plugins"), .key("type")]), 2, 14),
        ])
    func positions(path: JSON.Path, line: Int, column: Int) throws {
        let position = try JSON.position(of: path, in: Array(Self.text.utf8))
        #expect([position.line, position.column] == [line, column])
    }
}
