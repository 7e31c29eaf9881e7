import JSON
import Resources
import Testing

@Suite("Where parts of a document are") struct DocumentTests {
    /// As of the text `a: [1, {b: 2}]`, in line 3 of a file.
    private let document = Document(
        ["a": [1, ["b": 2]]], file: "f.yaml",
        marks: Marks(
            value: .init(line: 3, column: 1),
            parts: [
                Marks(
                    value: .init(line: 3, column: 4), name: .init(line: 3, column: 1),
                    parts: [
                        Marks(value: .init(line: 3, column: 5)),
                        Marks(
                            value: .init(line: 3, column: 8),
                            parts: [Marks(value: .init(line: 3, column: 12), name: .init(line: 3, column: 9))]),
                    ])
            ]))

    @Test(
        "A value and its name have a place each; what is missing has that of the value around it",
        arguments: [
            (JSON.Path.root, 1, 1), (JSON.Path.root.appending("a"), 4, 1),
            (JSON.Path.root.appending("a").appending(0), 5, 5),
            (JSON.Path.root.appending("a").appending(1), 8, 8),
            (JSON.Path.root.appending("a").appending(1).appending("b"), 12, 9),
            (JSON.Path.root.appending("a").appending(1).appending("c"), 8, 8),
            (JSON.Path.root.appending("a").appending(2), 4, 1), (JSON.Path.root.appending("x").appending("y"), 1, 1),
            (JSON.Path.root.appending("a").appending("b"), 4, 1), (JSON.Path.root.appending(0), 1, 1),
        ])
    func positions(_ path: JSON.Path, _ value: Int, _ name: Int) {
        #expect(document.position(of: path) == Position(file: "f.yaml", line: 3, column: value))
        #expect(document.position(ofNameOf: path) == Position(file: "f.yaml", line: 3, column: name))
    }

    @Test("A document that stands in no file has no positions, and its errors begin with the path") func nowhere() {
        let document = Document(["a": 1])
        #expect(document.position(of: .root) == nil)
        #expect(document.error(.root.appending("a"), "is wrong").description == "a: is wrong")
        #expect(document.error(.root, "is wrong").description == "is wrong")
        #expect(self.document.error(.root.appending("a"), "is wrong").description == "f.yaml:3:4: a: is wrong")
    }

    @Test("A long value is cut in an error") func long() {
        let error = document.error(
            .root, expected: "less", found: .string(String(repeating: "x", count: 100)), because: "it is long")
        #expect(
            error.description
                == "f.yaml:3:1: expected less, found \"" + String(repeating: "x", count: 58) + "…: it is long")
    }
}
