import TestKit
import Testing

@Suite("ADD again")
struct AddAgainTests {
    @Test("with the interface in the pod is an error that names it, and nothing is touched")
    func present() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            let (before, inside) = (try await node.snapshot(), try await pod.contents())
            let error = try await node.cni(.add, pod).error()
            #expect(error.whole.contains("eth0"))
            try await node.expectUnchanged(since: before)
            try await expectEqual(pod.contents(), inside)
            #expect(try await node.namespace.pings(result.resultAddress()))
        }
    }

    @Test("after the interface has vanished wires the same address anew")
    func vanished() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let first = try await node.add(pod).resultAddress()
            try await pod.namespace.ip("link del eth0")
            let again = try await node.add(pod)
            #expect(try again.resultAddress() == first)
            #expect(try await node.namespace.pings(first))
            try await expectEqual(node.ledger.leases().count, 1)
        }
    }

    @Test("for the container ID in a new namespace wires the same address there")
    func newNamespace() async throws {
        try await withNode { node in
            let old = try await node.pod()
            let first = try await node.add(old).resultAddress()
            let new = try await node.pod(id: old.id)
            let again = try await node.add(new)
            #expect(try again.resultAddress() == first)
            #expect(again["interfaces"][1]["sandbox"] == .string(new.path))
            try await expectEqual(node.namespace.routes(to: "\(first)/32").map(\.device), [try again.resultHostLink()])
            try await expectEqual(node.namespace.links().filter { $0.name.hasPrefix("cali") }.count, 1)
            #expect(try await new.namespace.pings("192.0.2.10"))
            try await node.delete(new)
            #expect(try await node.ledger.leases().isEmpty)
            #expect(try await node.namespace.links().filter { $0.name.hasPrefix("cali") }.isEmpty)
        }
    }

    @Test("with another pool in the configuration keeps the address the ledger has")
    func otherPool() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let first = try await node.add(pod).resultAddress()
            try await pod.namespace.ip("link del eth0")
            let other = node.configuration().setting(
                "ipam.pools",
                [
                    ["name": "pool", "cidr": "10.244.0.0/16"], ["name": "second", "cidr": "10.250.0.0/16"],
                ]
            ).setting("ipam.ipv4_pools", ["second"])
            try await expectEqual(node.add(pod, configuration: other).resultAddress(), first)
        }
    }

    @Test("for a new sandbox of the same pod leaves the old one to its own DEL, which spares the new link")
    func newSandbox() async throws {
        try await withNode { node in
            let args = "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0"
            let (old, new) = (try await node.pod(), try await node.pod())
            let first = try await node.add(old, args: args)
            let second = try await node.add(new, args: args)
            #expect(try first.resultHostLink() == "cali0d7763386da")
            #expect(try first.resultAddress() != second.resultAddress())
            #expect(try await node.namespace.pings(first.resultAddress()))
            #expect(try await node.namespace.pings(second.resultAddress()))
            try await node.delete(old, args: args)
            #expect(try await node.namespace.pings(second.resultAddress()))
            try await expectEqual(node.ledger.leases().map(\.container), [new.id])
            try await node.delete(old, args: args)
            #expect(try await node.namespace.pings(second.resultAddress()))
            try await node.delete(new, args: args)
            #expect(try await node.ledger.leases().isEmpty)
            #expect(try await node.namespace.links().filter { $0.name.hasPrefix("cali") }.isEmpty)
        }
    }

    @Test("that fails does not take the first one's address away")
    func failing() async throws {
        try await withNode { node in
            let args = "K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0"
            let (old, new) = (try await node.pod(), try await node.pod())
            let first = try await node.add(old, args: args)
            try await new.namespace.ip("link add eth0 type ifb")
            let before = try await node.snapshot()
            #expect(try await node.cni(.add, new, args: args).error().whole.contains("eth0"))
            try await node.expectUnchanged(since: before)
            try await node.delete(new, args: args)
            #expect(try await node.namespace.pings(first.resultAddress()))
            try await expectEqual(new.namespace.link("eth0")?.kind, "ifb")
        }
    }

    @Test("after DEL of another container ID works and is not undone by that one's second DEL")
    func staleDelete() async throws {
        try await withNode { node in
            let pod = try await node.pod(id: "x")
            try await node.add(pod)
            try await node.delete(pod)
            let result = try await node.add(pod.named("y"))
            try await node.delete(pod)
            #expect(try await node.namespace.pings(result.resultAddress()))
            try await expectEqual(node.ledger.leases().map(\.container), ["y"])
        }
    }
}
