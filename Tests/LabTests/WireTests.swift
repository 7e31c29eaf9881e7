import TestKit
import Testing

/// What passes from node to node.
@Suite struct WireTests {
    @Test("packets of pods are on the wire as they are, with nothing around them and their own addresses")
    func plain() async throws {
        try await Lab.with { lab in
            let first = try await lab.start("pod1", on: "node1")[0]
            let second = try await lab.start("pod2", on: "node2")[0]
            #expect(try await eventually { try await lab.pings("pod1", second) })
            let (packets, isAnswered) = try await lab.packets(from: "pod1", to: second)
            #expect(isAnswered)
            #expect(packets.count == 2)
            #expect(packets.first?.contains("IP \(first) > \(second): ICMP echo request") == true)
            #expect(packets.last?.contains("IP \(second) > \(first): ICMP echo reply") == true)
        }
    }

    @Test("an address of a block that no pod has is swallowed by the node of the block, and goes in no circle")
    func unused() async throws {
        try await Lab.with { lab in
            let own = try await lab.start("pod1", on: "node1")[0]
            let other = try await lab.start("pod2", on: "node2")[0]
            #expect(try await eventually { try await lab.pings("pod1", other) })
            let (here, there) = (neighbour(of: own), neighbour(of: other))
            let near = try await lab.packets(from: "pod1", to: here)
            #expect(near.lines == [] && !near.isAnswered)
            let far = try await lab.packets(from: "pod1", to: there)
            #expect(far.lines.count == 1 && !far.isAnswered)
            #expect(far.lines.first?.contains("IP \(own) > \(there): ICMP echo request") == true)
        }
    }

    /// The address after it, which is of the same block: pods get the first of a new one.
    private func neighbour(of address: String) -> String {
        let parts = address.split(separator: ".").compactMap { Int($0) }
        return (parts.dropLast() + [(parts.last ?? 0) + 1]).map { "\($0)" }.joined(separator: ".")
    }
}
