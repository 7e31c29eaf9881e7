import TestKit
import Testing

@Suite("ipam watch")
struct WatchTests {
    @Test("shows pools and blocks, what came and went between two views, and the address that is free for longest")
    func views() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/26"))
            let gone = try await node.start()
            try await node.start()
            try await node.delete(gone.pod, configuration: node.bare())
            async let watching = node.lines("ipam", "watch", "--interval", "2", "--count", "2")
            try await Task.sleep(for: .milliseconds(700))
            try await node.start()
            let lines = try await watching
            let counts = lines.filter { $0.contains(" lease") }
            #expect(counts.count == 2)
            #expect(counts[0] == "1 lease")
            // One ADD in two seconds: half an ADD a second, and a little less for what the views themselves take.
            #expect(counts[1].hasPrefix("2 leases, 0.") && counts[1].hasSuffix(" ADD/s, 0.0 DEL/s"), "\(counts[1])")
            #expect(lines.contains { $0.hasPrefix("oldest free address: \(gone.address), free for ") })
            #expect(lines.count { $0.hasPrefix("| Block ") } == 2)
        }
    }

    @Test("refuses an interval that is none")
    func interval() async throws {
        try await withNode { node in
            try await node.refuse("ipam", "watch", "--interval", "0", status: 64)
            try await node.refuse("ipam", "watch", "--count", "-1", status: 64)
        }
    }
}
