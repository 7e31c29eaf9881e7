import JSON
import Manifests
import Resources
import Testing

@Suite("Reading YAML and JSON") struct ReadingTests {
    private func value(_ text: String) throws -> JSON? {
        let head = "apiVersion: projectcalico.org/v3\nkind: X\n"
        return try Document.read(Array((head + text).utf8), file: "f").first?.value["x"]
    }

    @Test(
        "A scalar is what YAML 1.2 and JSON agree on, and else a text",
        arguments: [
            ("x: null", JSON.null), ("x: ~", .null), ("x:", .null), ("x: true", true), ("x: False", false),
            ("x: 7", 7), ("x: -0", .number("-0")), ("x: 1.50", .number("1.50")), ("x: 1e3", .number("1e3")),
            ("x: '7'", "7"), ("x: \"true\"", "true"), ("x: !!str 7", "7"), ("x: ! 7", "7"), ("x: |\n  7\n", "7\n"),
            ("x: yes", "yes"), ("x: off", "off"), ("x: 010", "010"), ("x: 0x1F", "0x1F"), ("x: 1_000", "1_000"),
            ("x: +5", "+5"), ("x: .5", ".5"), ("x: 65001:30", "65001:30"), ("x: 10.244.0.0/16", "10.244.0.0/16"),
            ("x: 2026-05-14T05:58:40Z", "2026-05-14T05:58:40Z"), ("x: fd00::1", "fd00::1"), ("x: <<", "<<"),
            ("x: a == \"b\" && !c", "a == \"b\" && !c"), ("x: 'it''s'", "it's"),
            ("x: \"\\u00e9\\n\"", "é\n"), ("x: {}", .object([])), ("x: []", .array([])),
            ("x: 'Tom &Jerry, *Tom'", "Tom &Jerry, *Tom"),
        ] as [(String, JSON)])
    func scalars(_ text: String, _ expected: JSON) throws {
        #expect(try value(text) == expected)
    }

    @Test("Objects keep their order, also those in arrays") func order() throws {
        #expect(
            try value("x:\n- {b: 1, a: [2, {c: 3}]}\n- b\n")?.description == #"[{"b":1,"a":[2,{"c":3}]},"b"]"#)
    }

    @Test(
        "Empty documents are passed over, and a file without any has none",
        arguments: [
            ("", 0), ("\n", 0), ("# nothing\n", 0), ("---\n---\n...\n", 0), ("null\n", 0), ("[]\n", 0),
            ("apiVersion: v1\nkind: List\nitems: null\n", 0),
            ("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[]}", 0),
            ("apiVersion: projectcalico.org/v3\nitems: []\nkind: IPPoolList\nmetadata:\n", 0),
            ("---\napiVersion: projectcalico.org/v3\n---\n\n---\napiVersion: crd.projectcalico.org/v1\n", 2),
            ("\u{FEFF}apiVersion: projectcalico.org/v3\r\nkind: X\r\n", 1),
            ("%YAML 1.2\n---\napiVersion: projectcalico.org/v3\n", 1),
            ("[{\"apiVersion\":\"projectcalico.org/v3\"},{\"apiVersion\":\"projectcalico.org/v3\"}]", 2),
        ])
    func documents(_ text: String, _ count: Int) throws {
        #expect(try Document.read(Array(text.utf8), file: "f").count == count)
    }

    @Test("A kind that is no resource is read all the same, for those who know it") func otherKinds() throws {
        let documents = try Document.read(
            Array("apiVersion: crd.projectcalico.org/v1\nkind: IPAMBlock\nspec: {cidr: 10.0.0.0/26}\n".utf8),
            file: "blocks.yaml")
        let path = JSON.Path.root.appending("spec").appending("cidr")
        #expect(documents.first?.position(of: path)?.description == "blocks.yaml:3:14")
        #expect(documents.first?.position(ofNameOf: path)?.description == "blocks.yaml:3:8")
    }

    @Test("Positions count characters, not bytes") func characters() throws {
        let text = "apiVersion: projectcalico.org/v3\nx: {é😀: 1, b: 2}\n"
        let document = try Document.read(Array(text.utf8), file: "f").first
        #expect(document?.position(of: .root.appending("x").appending("b"))?.column == 15)
    }
}
