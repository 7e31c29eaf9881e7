import TestKit
import Testing

@Suite("ipam check --fix")
struct MendingTests {
    @Test("makes a lost interface as an ADD does: CHECK finds nothing to say of it")
    func asByADD() async throws {
        try await withNode { node in
            try await node.apply(pool("four", "10.1.0.0/24") + pool("six", "fd00:1::/64"))
            let both = node.bare(["assign_ipv6": true])
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: both)
            try await node.namespace.ip("link del \(try result.resultHostLink())")
            #expect(try await node.tool(["ipam", "check", "--fix"]).succeeded)
            let outcome = try await node.check(pod, result: result, configuration: both)
            #expect(outcome.succeeded, "\(outcome)")
        }
    }
}
