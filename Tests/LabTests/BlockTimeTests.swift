import Foundation
import TestKit
import Testing

/// How fast blocks are known.
@Suite struct BlockTimeTests {
    /// Of how many blocks the median is taken.
    private static let count = 20

    /// Times that of ip route, of the release; it takes 1.5, though it waits for the disk twice. The debug build takes more.
    private static let limit = getenv("MARTLET_TOOL") == nil ? 4.0 : 2.0

    @Test("a block is in all kernels in at most twice what ip route takes for it, and gone from them as fast")
    func asFast() async throws {
        try await Lab.with { lab in
            // Nobody is to take away on node2 what it puts there by hand.
            try await lab("agent", "stop", "node2")
            let claims = try await lab.times("claim", Self.count)
            #expect(median(claims["agent added"]) <= Self.limit * median(claims["hand added"]))

            async let withdrawals = lab.times("withdrawn", Self.count)
            try await lab("configure", "node1", ".low_water = 0 | .collect_seconds = 1 | .keep_empty_seconds = 0")
            let times = try await withdrawals
            // From kernel to kernel; below a millisecond it is a matter of who is read first.
            #expect(median(times["agent withdrawn"]) <= 2 * max(1, median(claims["hand withdrawn"])))
            print("blocks: \(claims.merging(times) { $0 + $1 }.mapValues { median($0) }) ms")
        }
    }

    private func median(_ times: [Double]?) -> Double {
        let sorted = (times ?? []).sorted()
        return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
    }
}

extension Lab {
    /// Milliseconds by what they are of.
    fileprivate func times(_ mode: String, _ count: Int) async throws -> [String: [Double]] {
        let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/World/blocks"
        let rows = try await must("\(program) \(mode) \(count)").split(separator: "\n").map { String($0).words }
        return Dictionary(grouping: rows) { "\($0[0]) \($0[1])" }.mapValues { $0.compactMap { Double($0[2]) } }
    }
}
