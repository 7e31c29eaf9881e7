import TestKit
import Testing

@Suite("Reservations that nest and lie side by side")
struct ReservedTests {
    /// A pool of the 32 addresses from …64 on, in a range of which anything may be reserved.
    enum Range: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case ipv4 = "10.1.0."
        case ipv6 = "fd00::"

        var testDescription: String { rawValue }

        var bits: Int { self == .ipv4 ? 32 : 128 }

        func address(_ number: Int) -> String { rawValue + String(number, radix: self == .ipv4 ? 10 : 16) }

        var pool: String {
            ToolTests.pool("pool", address(64) + "/\(bits - 5)", "blockSize: \(bits - 5)")
        }

        var wishes: [String: Value] { self == .ipv4 ? [:] : ["assign_ipv4": false, "assign_ipv6": true] }
    }

    /// Prefixes of 1 to 16 addresses, as first address and number of them.
    private static func draw(_ random: inout Seeded) -> [(first: Int, count: Int)] {
        (0..<14).map { _ in
            let count = 1 << Int.random(in: 0...4, using: &random)
            return (Int.random(in: 0..<(128 / count), using: &random) * count, count)
        }
    }

    @Test("keep what they hold from pods and nothing else, and are counted once", arguments: Range.allCases, 0..<3)
    func nested(range: Range, round: Int) async throws {
        var random = Seeded("reserved \(range) \(round)")
        let prefixes = Self.draw(&random)
        let reserved = Set(prefixes.flatMap { $0.first..<($0.first + $0.count) })
        let free = (64..<96).filter { !reserved.contains($0) }
        try await withNode(range == .ipv6 ? [.ipv6] : []) { node in
            try await node.apply(range.pool)
            for (number, prefix) in prefixes.enumerated() {
                let length = range.bits - prefix.count.trailingZeroBitCount
                try await node.apply(reservation("r\(number)", range.address(prefix.first) + "/\(length)"))
            }
            for number in free {
                let result = try await node.add(node.pod(), configuration: node.bare(range.wishes))
                try expectEqual(result.resultAddress(ipv6: range == .ipv6), range.address(number))
            }
            // Where pods have some, waiting may help.
            try await expectEqual(node.failToStart(range.wishes).code, free.isEmpty ? 107 : 11)
            let shown = try await node.ask("ipam", "show", "--show-blocks", "-o", "json")
            let pool = try Value(parsing: Array(shown.utf8))["pools"][0]
            // Its only block, which nobody claims if all of it is reserved.
            for share in [pool] + pool["blocks"].elements {
                #expect(share["inUse"].integer == free.count)
                #expect(share["reserved"].integer == 32 - free.count)
                #expect(share["free"].integer == 0)
            }
        }
    }
}
