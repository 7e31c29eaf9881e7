import TestKit
import Testing

@Suite("The host end's name")
struct HostNameTests {
    private static let kubernetes =
        "IgnoreUnknown=1;K8S_POD_NAMESPACE=test-ns;K8S_POD_NAME=pod-1;K8S_POD_INFRA_CONTAINER_ID=x"

    @Test("is Calico's for a Kubernetes pod")
    func kubernetes() async throws {
        try await withNode { node in
            let result = try await node.add(try await node.pod(), args: HostNameTests.kubernetes)
            #expect(try result.resultHostLink() == "calib23b121a751")
        }
    }

    @Test("comes from network, container and interface without Kubernetes")
    func plain() async throws {
        try await withNode { node in
            let pod = try await node.pod(id: "abc123")
            let result = try await node.add(pod)
            let digest = try await node.namespace.must("/usr/bin/sha1sum", input: "pods.abc123.eth0")
            #expect(try result.resultHostLink() == "cali\(digest.prefix(11))")
        }
    }

    @Test("is the other one when a link has Calico's name already, and that link is not touched")
    func taken() async throws {
        try await withNode { node in
            try await node.namespace.ip("link add calib23b121a751 type ifb")
            let before = try await node.snapshot()
            let pod = try await node.pod(id: "abc123")
            let result = try await node.add(pod, args: HostNameTests.kubernetes)
            let digest = try await node.namespace.must("/usr/bin/sha1sum", input: "pods.abc123.eth0")
            #expect(try result.resultHostLink() == "cali\(digest.prefix(11))")
            try await expectEqual(node.namespace.link("calib23b121a751")?.kind, "ifb")
            try await node.delete(pod, args: HostNameTests.kubernetes)
            try await expectEqual(node.snapshot().lines[.links], before.lines[.links])
        }
    }

    @Test("is no error when a foreign link has the second choice too")
    func bothTaken() async throws {
        try await withNode { node in
            let digest = try await node.namespace.must("/usr/bin/sha1sum", input: "pods.abc123.eth0")
            try await node.namespace.ip(
                "link add calib23b121a751 type ifb", "link add cali\(digest.prefix(11)) type ifb")
            let pod = try await node.pod(id: "abc123")
            let outcome = try await node.cni(.add, pod, args: HostNameTests.kubernetes)
            // Either a third name or an error that says which link is in the way; never that link's end.
            if outcome.succeeded {
                try await expectEqual(node.namespace.link(outcome.document.resultHostLink())?.kind, "veth")
            } else {
                #expect(try outcome.error().whole.contains("cali"))
                #expect(try await node.ledger.leases().isEmpty)
            }
            try await expectEqual(node.namespace.link("calib23b121a751")?.kind, "ifb")
            try await expectEqual(node.namespace.link("cali\(digest.prefix(11))")?.kind, "ifb")
        }
    }

    @Test("keeps the alias whole when names are short, and within 255 bytes when they are long")
    func alias() async throws {
        try await withNode { node in
            let long = String(repeating: "c", count: 300)
            let pod = try await node.pod(id: long)
            let host = try await node.add(pod).resultHostLink()
            let alias = try #require(try await node.namespace.link(host)?.alias)
            #expect(!alias.isEmpty && alias.utf8.count <= 255)
            let twin = try await node.pod(id: String(repeating: "c", count: 301))
            let other = try await node.add(twin).resultHostLink()
            #expect(try await node.namespace.link(other)?.alias != alias)
            try await node.delete(pod)
            try await expectEqual(node.namespace.link(host), nil)
            #expect(try await node.namespace.link(other) != nil)
        }
    }
}
