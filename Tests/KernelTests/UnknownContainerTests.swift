import TestKit
import Testing

/// Error 3 lets the runtime do without DEL, so that whatever is left then stays for good.
@Suite("CHECK of a container that is unknown")
struct UnknownContainerTests {
    /// What some other pod's ADD answered, for a container that none was ever made for.
    private func strangersResult(_ node: Node, _ stranger: Pod, ifname: String = "eth0") async throws -> Value {
        var result = try await node.add(try await node.pod(), ifname: ifname)
        var interfaces = result["interfaces"].elements
        interfaces[1]["sandbox"] = .string(stranger.path)
        result["interfaces"] = .array(interfaces)
        return result
    }

    @Test("is error 3 that names container and interface, and changes nothing")
    func neverAdded() async throws {
        try await withNode { node in
            let stranger = try await node.pod()
            let result = try await strangersResult(node, stranger)
            let before = try await node.snapshot()
            let error = try await node.check(stranger, result: result).error()
            #expect(error.code == 3, "\(error)")
            #expect(error.message.contains(stranger.id) && error.message.contains("eth0"))
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("is error 3 on a node that has never served, which stays without a ledger")
    func withoutLedger() async throws {
        try await withNode { node in
            let other = try await node.neighbour("n2")
            let stranger = try await node.pod()
            let result = try await strangersResult(other, stranger)
            try await node.namespace.must("/bin/rm", "-r", node.data)
            let before = try await node.snapshot()
            try await expectEqual(node.check(stranger, result: result).error().code, 3)
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("is error 3 after DEL, and for another interface of a container that lives")
    func deleted() async throws {
        try await withNode { node in
            let (pod, living) = (try await node.pod(), try await node.pod())
            let result = try await node.add(pod)
            try await node.delete(pod)
            try await expectEqual(node.check(pod, result: result).error().code, 3)
            try await node.add(living)
            let second = try await strangersResult(node, living, ifname: "net1")
            try await expectEqual(node.check(living, ifname: "net1", result: second).error().code, 3)
        }
    }

    @Test("is error 3 as well when prevResult does not list the interface")
    func withoutInterface() async throws {
        try await withNode { node in
            let (pod, stranger) = (try await node.pod(), try await node.pod())
            let result = try await node.add(pod)
            try await expectEqual(node.check(stranger, result: result).error().code, 3)
            try await expectEqual(node.check(pod, ifname: "net1", result: result).error().code, 3)
        }
    }
}

@Suite("CHECK of a container that has lost most")
struct LastTraceTests {
    /// What is left of a pod, as it is brought about.
    struct Trace: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let accident: @Sendable (Node, Pod, Value) async throws -> Void

        init(_ description: String, _ accident: @escaping @Sendable (Node, Pod, Value) async throws -> Void) {
            testDescription = description
            self.accident = accident
        }
    }

    private static let traces = [
        Trace("the lease") { _, pod, _ in try await pod.namespace.ip("link del eth0") },
        Trace("the link") { node, _, _ in try await node.ledger.forgetLeases() },
        Trace("the link, without a ledger") { node, _, _ in
            try await node.namespace.must("/bin/rm", "-r", node.data)
        },
        Trace("the link, under another name on both ends") { node, pod, result in
            try await node.ledger.forgetLeases()
            let host = try result.resultHostLink()
            try await node.namespace.ip("link set \(host) down", "link set \(host) name renamed0")
            try await pod.namespace.ip("link set eth0 down", "link set eth0 name renamed1")
        },
        Trace("the link of another network, whose lease is lost") { node, _, _ in
            try await node.ledger.forgetLeases()
            for link in try await node.namespace.links() {
                guard let alias = link.alias else { continue }
                let other = "others/" + alias.split(separator: "/").dropFirst().joined(separator: "/")
                try await node.namespace.ip("link set \(link.name) alias \(other)")
            }
        },
        Trace("a lease of another network") { node, pod, _ in
            try await pod.namespace.ip("link del eth0")
            try await node.ledger.change("UPDATE lease SET network = 'others'")
        },
        Trace("an interface of somebody else's") { node, pod, _ in
            try await node.ledger.forgetLeases()
            try await pod.namespace.ip("link del eth0", "link add eth0 type ifb")
        },
    ]

    @Test("is error 103, for DEL has something to clean", arguments: traces)
    func trace(_ trace: Trace) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            try await trace.accident(node, pod, result)
            let error = try await node.check(pod, result: result).error()
            #expect(error.code == 103, "\(error)")
        }
    }

    @Test("is error 3 when all of it is lost: lease, link and interface")
    func all() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            try await node.ledger.forgetLeases()
            try await pod.namespace.ip("link del eth0")
            try await expectEqual(node.check(pod, result: result).error().code, 3)
        }
    }
}
