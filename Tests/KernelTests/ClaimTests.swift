import TestKit
import Testing

@Suite("Claiming a block")
struct ClaimTests {
    /// A pool of 256 addresses in blocks of 16, in which others have blocks.
    enum Family: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case ipv4, ipv6

        var testDescription: String { rawValue }

        var bits: Int { self == .ipv4 ? 32 : 128 }

        func prefix(_ first: Int, count: Int) -> String {
            let address = self == .ipv4 ? "10.244.0.\(first)" : "fd00:10:244::\(String(first, radix: 16))"
            // Two colons are all there is to say of a zero at the end.
            return (first == 0 && self == .ipv6 ? "fd00:10:244::" : address)
                + "/\(bits - count.trailingZeroBitCount)"
        }

        /// As the ledger orders addresses.
        func ordered(_ number: Int) -> String {
            if self == .ipv4 { return String(0x0AF4_0000 + number) }
            let digits = String(number, radix: 16)
            return "x'fd0000100244" + String(repeating: "0", count: 20 - digits.count) + digits + "'"
        }

        func configuration(_ node: Node) -> Value {
            let cidr = prefix(0, count: 256)
            let pools: Value = [["name": "pool", "cidr": .string(cidr), "blockSize": .integer(bits - 4)]]
            return node.dualStackConfiguration().setting("ipam.pools", pools)
                .setting("ipam.assign_ipv4", .bool(self == .ipv4)).setting("ipam.assign_ipv6", .bool(self == .ipv6))
        }
    }

    /// Blocks of 8, 16 or 32 addresses that do not overlap, close together from the pool's start.
    private static func draw(_ random: inout Seeded) -> [(first: Int, count: Int)] {
        var blocks: [(first: Int, count: Int)] = []
        var next = 0
        for _ in 0..<Int.random(in: 1...9, using: &random) {
            let count = [8, 16, 16, 16, 16, 32].randomElement(using: &random) ?? 16
            if Int.random(in: 0..<8, using: &random) == 0 { next += 8 }
            next = (next + count - 1) / count * count
            guard next + count <= 224 else { break }
            blocks.append((next, count))
            next += count
        }
        return blocks
    }

    @Test("takes the first that no other reaches into, whatever their sizes", arguments: Family.allCases, 0..<4)
    func gaps(family: Family, round: Int) async throws {
        var random = Seeded("claim \(family) \(round)")
        let blocks = Self.draw(&random)
        let claimed = (0..<16).map { $0 * 16 }.first { start in
            !blocks.contains { $0.first < start + 16 && start < $0.first + $0.count }
        }
        try await withNode([.ipv6]) { node in
            let configuration = family.configuration(node)
            let pod = try await node.pod()
            try await node.add(pod, configuration: configuration)
            try await node.delete(pod, configuration: configuration)
            try await node.ledger.change("DELETE FROM freed; DELETE FROM block")
            for block in blocks {
                try await node.ledger.change(
                    """
                    INSERT INTO block SELECT NULL, '\(family.prefix(block.first, count: block.count))',
                      \(family.ordered(block.first)), \(family.ordered(block.first + block.count - 1)), id, 'n2', 1,
                      \(block.count), \(block.count), 0 FROM pool
                    """)
            }
            try await node.add(try await node.pod(), configuration: configuration)
            let own = try await node.ledger.blocks().filter { $0.owner == node.name }.map(\.cidr)
            #expect(own == [family.prefix(try #require(claimed), count: 16)])
        }
    }

    @Test("is refused by the database where another block is, whoever asks")
    func overlap() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            for (cidr, first, last) in [("10.244.0.32/27", 32, 63), ("10.244.0.0/25", 0, 127)] {
                await #expect(throws: Failure.self) {
                    try await node.ledger.change(
                        """
                        INSERT INTO block VALUES (NULL, '\(cidr)', \(0x0AF4_0000 + first), \(0x0AF4_0000 + last), 1, 'n2',
                          1, \(last - first + 1), 0, 0)
                        """)
                }
            }
        }
    }
}
