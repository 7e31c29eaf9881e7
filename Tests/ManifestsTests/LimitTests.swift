import JSON
import Manifests
import Resources
import Testing

@Suite("Files that would take too much") struct LimitTests {
    @Test("A file of more than 10 MiB is refused") func size() {
        let message = "f.yaml:1:1: the file has 10485761 bytes, at most 10485760 are taken"
        #expect(refusal([UInt8](repeating: 0x20, count: (10 << 20) + 1)) == message)
        #expect(refusal([UInt8](repeating: 0x0A, count: 10 << 20)).isEmpty)
    }

    @Test("64 levels are taken, a 65th is refused where it begins") func depth() throws {
        func nested(_ levels: Int) -> String {
            // The object itself is the first.
            "apiVersion: projectcalico.org/v3\nx: " + String(repeating: "[", count: levels - 1)
                + String(repeating: "]", count: levels - 1)
        }
        #expect(try Document.read(Array(nested(64).utf8), file: "f").count == 1)
        #expect(refusal(nested(66)) == "f.yaml:2:68: it is nested deeper than 64 levels")
    }

    @Test(
        "Nesting without end is refused before it takes the stack",
        arguments: ["[", "{a: ", "- ", "? ", "{? "])
    func bottomless(_ opening: String) {
        #expect(refusal(String(repeating: opening, count: 100_000)).contains("f.yaml:1:"))
    }

    @Test(
        "Aliases of aliases are refused in no time",
        arguments: [
            "a: &a [x, x, x, x, x, x, x, x, x]\n", "a: &a {x: y}\n",
        ])
    func bombs(_ first: String) {
        var text = first
        for level in 1...40 {
            text +=
                "b\(level): &b\(level) ["
                + [String](repeating: "*\(level == 1 ? "a" : "b\(level - 1)")", count: 9)
                .joined(separator: ", ") + "]\n"
        }
        // As a name Yams would look at all of it, to find out whether it stands there twice.
        text += "? *b40\n: 1\n"
        #expect(refusal(text).hasSuffix("an alias is not taken, write its value out"))
    }

    @Test("A large export is read in seconds") func large() throws {
        var text = "apiVersion: v1\nkind: List\nitems:\n"
        for number in 0..<10_000 {
            text += """
                - apiVersion: projectcalico.org/v3
                  kind: IPReservation
                  metadata:
                    name: r\(number)
                    resourceVersion: "\(number)"
                  spec:
                    reservedCIDRs: [10.\(number >> 8).\(number & 255).0/28, 10.\(number >> 8).\(number & 255).200]

                """
        }
        let begin = ContinuousClock.now
        #expect(try resources(text).count == 10_000)
        #expect(ContinuousClock.now - begin < .seconds(30))
    }
}
