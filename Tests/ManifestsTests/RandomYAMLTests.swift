import JSON
import Manifests
import Resources
import TestKit
import Testing

@Suite("Random YAML") struct RandomYAMLTests {
    @Test("A random value reads back as it was printed, as YAML and as JSON") func roundTrip() throws {
        var generator = Seeded("yaml")
        for _ in 0..<500 {
            let json: JSON = ["apiVersion": "projectcalico.org/v3", "x": Self.value(&generator, depth: 4)]
            let yaml = try JSON.yaml([json, json])
            #expect(try Document.read(Array(yaml.utf8), file: "f").map(\.value) == [json, json], "\(yaml)")
            let text = json.prettyPrinted
            #expect(try JSON.parse(Array(text.utf8)) == json)
            #expect(try Document.read(Array(text.utf8), file: "f").map(\.value) == [json], "\(text)")
        }
    }

    @Test("A damaged export is refused with a place in it, or taken", arguments: ExportTests.files)
    func damage(_ file: String) throws {
        var generator = Seeded(file)
        let whole = try fixture(file)
        let alphabet = Array("{}[]\",:\\'&*!|>%@`#?-~ \t\n\r0aé".utf8) + [0x00, 0x7F, 0x80, 0xFF]
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0...Int.random(in: 0...2, using: &generator) {
                let index = bytes.indices.randomElement(using: &generator) ?? 0
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[index] = alphabet.randomElement(using: &generator) ?? 0
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(alphabet.randomElement(using: &generator) ?? 0, at: index)
                default: bytes.removeLast((bytes.count - index) / 2)
                }
            }
            do throws(ManifestError) {
                _ = try resources(bytes, file: file)
            } catch {
                let position = try #require(error.position)
                #expect(
                    position.line >= 1 && position.line <= bytes.split(separator: 0x0A).count + 2
                        && position.column >= 1)
            }
        }
    }

    private static func value(_ generator: inout Seeded, depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .number(["0", "-0", "26", "0.5", "1e-7", "1E+300"].randomElement(using: &generator) ?? "0")
        case 3: return .string(tricky.randomElement(using: &generator) ?? "")
        case 4: return .string(text(&generator))
        case 5:
            let count = Int.random(in: 0..<4, using: &generator)
            return .array((0..<count).map { _ in value(&generator, depth: depth - 1) })
        default:
            // A number in front keeps names apart.
            let count = Int.random(in: 0..<4, using: &generator)
            return .object((0..<count).map { .init("\($0)" + text(&generator), value(&generator, depth: depth - 1)) })
        }
    }

    /// Texts that some reader of YAML takes for something else.
    private static let tricky = [
        "", " ", "~", "null", "true", "yes", "No", "on", "y", "0", "010", "0x1F", "1_000", "+5", ".5", "1e3", "1:30",
        "65001:30", "2026-05-14", ".inf", "NaN", "-", "?", ":", "a: b", "a #b", "#", "- a", "!a", "!all()", "&a", "*a",
        "%a", "@a", "`a`", "|", ">", "{", "[", "]", "'", "\"", "a'b\"c", "---", "...", "a\n", "\na", "a\n\nb\n\n",
        " a\nb",
        "a \nb ", "\t", "a\tb", "\r\n", "\u{85}", "\u{2028}", "a\u{FEFF}", "é", "😀", "<<", "=",
    ]

    private static func text(_ generator: inout Seeded) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<12, using: &generator) {
            let limit: UInt32 = [0x20, 0x80, 0x800, 0x10000, 0x110000].randomElement(using: &generator) ?? 0
            // Foundation, which Yams makes texts with, takes a byte order mark off their front.
            let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator))
            if let scalar, scalar != "\u{FEFF}" { text.append(scalar) }
        }
        return String(text)
    }
}
