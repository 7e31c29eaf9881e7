import TestKit
import Testing

/// An ADD that is slow, seen from a DEL that does not know how far it is.
@Suite("DEL while the ADD of the same container has not ended")
struct WaitingTests {
    @Test("waits for its last request to the kernel, and then leaves nothing")
    func waits() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            // Each request takes long, so that others still follow when the link is there.
            let slowly = [
                "/usr/bin/strace", "-qq", "-o", "/dev/null", "-e", "trace=sendto", "-e",
                "inject=sendto:delay_exit=600000",
            ]
            async let added = node.call(.add, pod, wrapper: slowly)
            #expect(try await eventually(within: .seconds(5)) { try await !wires(of: node).isEmpty })
            let deleted = try await node.cni(.delete, pod)
            try deleted.result()
            #expect(deleted.completion.duration > .milliseconds(500), "\(deleted.completion.duration)")
            #expect(try await added.succeeded, "the ADD was not disturbed")
            #expect(try await wires(of: node).isEmpty)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    private func wires(of node: Node) async throws -> [String] {
        try await node.namespace.links().map(\.name).filter { $0.hasPrefix("cali") }
    }
}
