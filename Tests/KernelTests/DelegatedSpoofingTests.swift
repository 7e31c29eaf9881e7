import TestKit
import Testing

/// No pool gives IPv6 here, so that no address of Martlet's own asks for the table that guards it.
@Suite("A pod's raw IPv6 packets, with an address of another plugin's IPAM")
struct DelegatedSpoofingTests {
    private func delegated(_ node: Node, subnet: String = "fd00:77::/64") -> Value {
        let everything = subnet.contains(":") ? "::/0" : "0.0.0.0/0"
        return node.configuration(name: "delegated").merging([
            "ipam": [
                "type": "host-local", "dataDir": .string("\(node.folder.path)/host-local"),
                "subnet": .string(subnet), "routes": [["dst": .string(everything)]],
            ]
        ])
    }

    /// Martlet's own addresses, from a pool with NAT and, if wanted, another beside it.
    private func own(_ node: Node, withSecondPool: Bool = false) -> Value {
        let pool: Value = ["name": "pool", "cidr": "10.244.0.0/16", "natOutgoing": true]
        let second: Value = ["name": "second", "cidr": "10.250.0.0/16"]
        return node.configuration().setting("ipam.pools", .array([pool] + (withSecondPool ? [second] : [])))
    }

    /// A pod that another plugin has given its address, and that address.
    private func forger(_ node: Node) async throws -> (Pod, String) {
        let pod = try await node.pod()
        return (pod, try await node.add(pod, configuration: delegated(node)).resultAddress(ipv6: true))
    }

    /// Expects a host to hear what the pod sends from its own address, and nothing else that it sends.
    private func expectNoForgery(
        by forger: (pod: Pod, address: String), to target: (namespace: Namespace, address: String),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let listener = try await target.namespace.listen(7000, bind: target.address)
        defer { listener.end() }
        for source in ["2001:db8::10", "2001:db8::77", "fd00:77::2", "fd00:77::3", "fd00:77::99"]
        where ![forger.address, target.address].contains(source) {
            try await forger.pod.sendRaw(Datagram(from: source, to: target.address, port: 7000, text: "\(source),"))
        }
        try await forger.pod.sendRaw(Datagram(from: forger.address, to: target.address, port: 7000, text: "own,"))
        #expect(try await listener.hears("own,"), sourceLocation: sourceLocation)
        #expect(listener.received == "own,", sourceLocation: sourceLocation)
    }

    private func host(_ node: Node) -> (Namespace, String) { (node.namespace, "2001:db8::10") }

    @Test("reach host and pods with the pod's own address, and not with another's; no ledger is made for it")
    func guarded() async throws {
        try await withNode([.ipv6]) { node in
            let (forger, victim) = (try await forger(node), try await forger(node))
            try await expectNoForgery(by: forger, to: host(node))
            try await expectNoForgery(by: forger, to: (victim.0.namespace, victim.1))
            #expect(!entries(of: node.data).contains("ledger.db"))
        }
    }

    @Test("would reach the host with any address if the table were not there")
    func unguarded() async throws {
        try await withNode([.ipv6]) { node in
            let (pod, _) = try await forger(node)
            try await node.namespace.must("/usr/sbin/nft", "flush", "ruleset")
            let listener = try await node.namespace.listen(7000, bind: "2001:db8::10")
            try await pod.sendRaw(Datagram(from: "fd00:77::99", to: "2001:db8::10", port: 7000, text: "forged,"))
            #expect(try await listener.hears("forged,"))
        }
    }

    @Test("are guarded by the table that a pool with NAT has, and by the one that is made when its pools change")
    func afterPools() async throws {
        try await withNode([.ipv6, .outside, .defaultRoute]) { node in
            let (first, second) = (try await node.pod(), try await node.pod())
            try await node.add(first, configuration: own(node))
            let forger = try await forger(node)
            try await expectNoForgery(by: forger, to: host(node))
            try await node.add(second, configuration: own(node, withSecondPool: true))
            try await expectNoForgery(by: forger, to: host(node))
            for pod in [first, second] { #expect(try await pod.namespace.pings("192.0.2.1")) }
        }
    }

    @Test("are guarded before there is a pool, and after the first pool has brought its own table")
    func beforePools() async throws {
        try await withNode([.ipv6, .outside, .defaultRoute]) { node in
            let (forger, pod) = (try await forger(node), try await node.pod())
            try await node.add(pod, configuration: own(node))
            try await expectNoForgery(by: forger, to: host(node))
            // The next address of the other plugin leaves the pools' rules as they are.
            try await node.add(try await node.pod(), configuration: delegated(node))
            #expect(try await pod.namespace.pings("192.0.2.1"))
        }
    }

    @Test("are guarded again by the next ADD when somebody has flushed the table, and the ledger's pools get their NAT")
    func healing() async throws {
        try await withNode([.ipv6, .outside, .defaultRoute]) { node in
            let (pod, forger) = (try await node.pod(), try await forger(node))
            try await node.add(pod, configuration: own(node))
            try await node.namespace.must("/usr/sbin/nft", "flush", "ruleset")
            #expect(try await !pod.namespace.pings("192.0.2.1"))
            try await node.add(try await node.pod(), configuration: delegated(node))
            try await expectNoForgery(by: forger, to: host(node))
            #expect(try await pod.namespace.pings("192.0.2.1"))
        }
    }

    @Test("cannot be guarded without nft: error 104, and neither a link nor the other plugin's lease is left")
    func withoutProgram() async throws {
        try await withNode([.smallDisk, .ipv6]) { node in
            // The node's disk is seen by its own programs only.
            func leases() async throws -> [String] {
                try await node.namespace.must("/usr/bin/find", "\(node.folder.path)/host-local", "-name", "fd00*")
                    .split(separator: "\n").map(String.init)
            }
            let (pod, other) = (try await forger(node).0, try await node.pod())
            try await expectEqual(leases().count, 1)
            try await node.delete(pod, configuration: delegated(node))
            try await node.namespace.must("/usr/sbin/nft", "flush", "ruleset")
            try await node.namespace.must("/bin/mount", "--bind", "/dev/null", "/usr/sbin/nft")
            let error = try await node.cni(.add, other, configuration: delegated(node)).error()
            #expect(error.code == 104 && error.whole.contains("nft"), "\(error)")
            try await expectEqual(leases(), [])
            try await expectEqual(other.namespace.links().map(\.name), ["lo"])
            try await expectEqual(node.namespace.links().map(\.name).sorted(), ["lo", "up0", "up1"])
        }
    }

    @Test("are what the table is for: with IPv4 alone there is none, and nft is not needed")
    func ipv4() async throws {
        try await withNode([.smallDisk]) { node in
            let configuration = delegated(node, subnet: "10.1.0.0/24")
            try await node.add(try await node.pod(), configuration: configuration)
            try await expectEqual(node.namespace.must("/usr/sbin/nft", "list", "tables"), "")
            try await node.namespace.must("/bin/mount", "--bind", "/dev/null", "/usr/sbin/nft")
            let result = try await node.add(try await node.pod(), configuration: configuration)
            #expect(try await node.namespace.pings(result.resultAddress()))
        }
    }
}
