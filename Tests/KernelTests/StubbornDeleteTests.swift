import TestKit
import Testing

@Suite("DEL is never stuck")
struct StubbornDeleteTests {
    @Test("when there was never an ADD, with or without a namespace, and makes nothing")
    func never() async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            let pod = try await node.pod()
            try await node.delete(pod)
            for path in ["", "/var/run/netns/never-was"] {
                try await node.cni(.delete, pod, variables: ["CNI_NETNS": path]).result()
            }
            try await node.cni(.delete, pod, variables: ["CNI_NETNS": nil, "CNI_PATH": nil, "CNI_ARGS": nil]).result()
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("when CNI_NETNS is empty, missing, or a path that is gone", arguments: ["", nil, "/var/run/netns/gone"])
    func withoutPath(path: String?) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            try await node.cni(.delete, pod, variables: ["CNI_NETNS": path]).result()
            try await expectEqual(node.namespace.link(host), nil)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("when the namespace has died")
    func deadNamespace() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            let path = pod.path
            pod.namespace.end()
            try await node.cni(.delete, pod, variables: ["CNI_NETNS": path]).result()
            try await expectEqual(node.namespace.link(host), nil)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("when CNI_NETNS is the host's own: no link of the host goes")
    func ownNamespace() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            let outcome = try await node.cni(
                .delete, pod, ifname: "up0", variables: ["CNI_NETNS": node.namespace.path])
            #expect(outcome.completion.status == .exited(outcome.succeeded ? 0 : 1))
            #expect(try await node.namespace.link("up0") != nil)
            #expect(try await node.namespace.link(host) != nil)
        }
    }

    @Test("when eth0 in the pod is somebody else's: that link stays")
    func foreignLink() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            try await pod.namespace.ip("link del eth0", "link add eth0 type ifb")
            try await node.delete(pod)
            try await expectEqual(pod.namespace.link("eth0")?.kind, "ifb")
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("when the lease is gone: the link goes by its alias")
    func withoutLease() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            try await node.ledger.forgetLeases()
            try await node.delete(pod)
            try await expectEqual(node.namespace.link(host), nil)
        }
    }

    @Test("when the lease and the namespace are gone: the link goes by its alias alone")
    func withoutLeaseAndPath() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            try await node.ledger.forgetLeases()
            try await node.cni(.delete, pod, variables: ["CNI_NETNS": ""]).result()
            try await expectEqual(node.namespace.link(host), nil)
        }
    }

    @Test("when the link is gone: the lease goes")
    func withoutLink() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            try await node.namespace.ip("link del \(host)")
            try await node.delete(pod)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("when the pool has left the configuration")
    func withoutPool() async throws {
        try await withNode { node in
            for ipam: Value in [
                ["type": "martlet-ipam"], ["type": "martlet-ipam", "pools": []],
                ["type": "martlet-ipam", "pools": [["name": "other", "cidr": "10.9.0.0/16"]]],
                ["type": "martlet-ipam", "pools": [["name": "pool", "cidr": "10.9.0.0/16"]]],
            ] {
                let pod = try await node.pod()
                let host = try await node.add(pod).resultHostLink()
                try await node.delete(pod, configuration: node.configuration(["ipam": ipam]))
                try await expectEqual(node.namespace.link(host), nil, "\(ipam)")
                #expect(try await node.ledger.leases().isEmpty, "\(ipam)")
            }
        }
    }

    @Test("when it comes with another network's configuration")
    func otherNetwork() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let host = try await node.add(pod).resultHostLink()
            try await node.delete(pod, configuration: node.configuration(name: "renamed"))
            try await expectEqual(node.namespace.link(host), nil)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("when another network's configuration fits two leases: neither is freed")
    func ambiguous() async throws {
        try await withNode { node in
            let (one, two) = (try await node.pod(id: "same"), try await node.pod(id: "same"))
            let first = try await node.add(one, configuration: node.configuration(name: "a"))
            let second = try await node.add(two, configuration: node.configuration(name: "b"))
            let third = try await node.pod(id: "same")
            try await node.delete(third, configuration: node.configuration(name: "c"))
            try await expectEqual(node.ledger.leases().count, 2)
            #expect(try await node.namespace.pings(first.resultAddress()))
            #expect(try await node.namespace.pings(second.resultAddress()))
        }
    }

    @Test("when two networks have the same container and interface: each DEL takes its own")
    func twoNetworks() async throws {
        try await withNode { node in
            let (one, two) = (try await node.pod(id: "same"), try await node.pod(id: "same"))
            try await node.add(one, configuration: node.configuration(name: "a"))
            let second = try await node.add(two, configuration: node.configuration(name: "b"))
            try await node.delete(one, configuration: node.configuration(name: "a"))
            try await expectEqual(node.ledger.leases().map(\.network), ["b"])
            #expect(try await node.namespace.pings(second.resultAddress()))
        }
    }
}
