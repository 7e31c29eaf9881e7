import TestKit
import Testing

@Suite("node diags")
struct DiagsTests {
    @Test("works on a node without BIRD and agent, and names what it has not")
    func alone() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let (_, address) = try await node.start(args: podArgs("default", "web"))
            let archive = "\(node.folder.path)/diags.tar.gz"
            let completion = try await node.tool(["node", "diags", "--output", archive])
            #expect(completion.succeeded && completion.errors.isEmpty, "\(completion.errorText)")
            let lines = completion.text.split(separator: "\n")
            #expect(lines.first?.hasPrefix("Wrote \(archive): ") == true)
            #expect(
                lines.dropFirst().contains { $0.contains("node-status.json") && $0.contains("BIRD does not answer") })
            let listed = try await node.namespace.run(["/bin/tar", "-xzOf", archive, "--wildcards", "*/ipam-show.txt"])
            #expect(listed.text.contains("10.1.0.0/26"))
            let routes = try await node.namespace.run(["/bin/tar", "-xzOf", archive, "--wildcards", "*/ip-route-4.txt"])
            #expect(routes.text.contains(address))
        }
    }

    @Test("gathers the rest where there is no ledger, and makes none")
    func noLedger() async throws {
        try await withNode { node in
            let archive = "\(node.folder.path)/diags.tar.gz"
            let completion = try await node.tool(["node", "diags", "--output", archive])
            #expect(completion.succeeded)
            #expect(completion.text.contains("ledger.db: there is no ledger in \(node.data)\n"))
            #expect(entries(of: node.data) == [])
        }
    }
}
