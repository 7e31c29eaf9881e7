import Foundation
import JSON
import TestKit
import Testing

@Suite("Random JSON") struct RandomJSONTests {
    let seed = Seeded.seed

    @Test("A random value reads back as it was printed, and Foundation can read it") func roundTrip() throws {
        var generator = Seeded("JSON roundTrip")
        for _ in 0..<2_000 {
            let json = Self.value(&generator, depth: 5)
            let bytes = json.bytes
            #expect(try JSON.parse(bytes) == json, "seed \(seed)")
            #expect(throws: Never.self, "seed \(seed)") {
                try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            }
        }
    }

    @Test("A damaged document is refused, or reads back as it was printed") func damage() throws {
        var generator = Seeded("JSON damage")
        let alphabet = Array("{}[]\",:\\u0123eE+-.dtnl \n\u{0}é".utf8) + [0x80, 0xFF, 0xED]
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = Self.value(&generator, depth: 3).bytes
            for _ in 0...Int.random(in: 0...2, using: &generator) where !bytes.isEmpty {
                let index = bytes.indices.randomElement(using: &generator) ?? 0
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = alphabet.randomElement(using: &generator) ?? 0
                case 1: bytes.remove(at: index)
                default: bytes.removeLast(bytes.count - index)
                }
            }
            do throws(JSON.SyntaxError) {
                let json = try JSON.parse(bytes)
                #expect(try JSON.parse(json.bytes) == json, "seed \(seed)")
            } catch {
                refused += 1
                #expect(error.line >= 1 && error.column >= 1)
            }
        }
        #expect(refused > 2_000, "seed \(seed)")
    }

    private static func value(_ generator: inout Seeded, depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return JSON(Int(truncatingIfNeeded: generator.next()) >> Int.random(in: 0..<64, using: &generator))
        case 3: return .number(["-0", "0.5", "1e-7", "1E+300", "-12.50"].randomElement(using: &generator) ?? "0")
        case 4: return .string(text(&generator))
        case 5:
            return .array(
                (0..<Int.random(in: 0..<5, using: &generator)).map { _ in value(&generator, depth: depth - 1) })
        default:
            return .object(
                (0..<Int.random(in: 0..<5, using: &generator)).map {
                    JSON.Member("\($0)" + text(&generator), value(&generator, depth: depth - 1))
                })
        }
    }

    private static func text(_ generator: inout Seeded) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<12, using: &generator) {
            let limit: UInt32 = [0x20, 0x80, 0x800, 0x10000, 0x110000].randomElement(using: &generator) ?? 0
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) { text.append(scalar) }
        }
        return String(text)
    }
}
