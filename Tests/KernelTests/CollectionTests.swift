import TestKit
import Testing

@Suite("GC")
struct CollectionTests {
    /// A configuration whose addresses can be used again at once, so that a block is empty when its last pod is gone.
    private func restless(_ node: Node) -> Value {
        node.configuration(["cniVersion": "1.1.0"]).setting("ipam.rest_seconds", 0)
    }

    @Test("keeps what the list names and removes the rest, wires and leases and neighbours")
    func list() async throws {
        try await withNode { node in
            var pods: [Pod] = []
            var results: [Value] = []
            for _ in 0..<5 {
                let pod = try await node.pod()
                results.append(try await node.add(pod))
                pods.append(pod)
            }
            try await node.collect(keeping: [(pods[1].id, "eth0"), (pods[3].id, "eth0")]).result()
            #expect(Set(try await node.ledger.leases().map(\.container)) == [pods[1].id, pods[3].id])
            for (index, result) in results.enumerated() {
                let (host, address) = (try result.resultHostLink(), try result.resultAddress())
                let stays = index == 1 || index == 3
                try await expectEqual((node.namespace.link(host) != nil), stays)
                try await expectEqual((pods[index].namespace.link("eth0") != nil), stays)
                #expect(try await node.namespace.routes(to: "\(address)/32").isEmpty != stays)
                try await expectEqual(node.namespace.neighbours().contains { $0.address == address }, stays)
                try await expectEqual(node.namespace.pings(address), stays)
            }
        }
    }

    @Test("with an empty list removes all of the network and gives its blocks back with their blackholes")
    func emptyList() async throws {
        try await withNode { node in
            for _ in 0..<3 { try await node.add(node.pod(), configuration: restless(node)) }
            try await node.collect(keeping: [], configuration: restless(node)).result()
            #expect(try await node.ledger.leases().isEmpty)
            #expect(try await node.ledger.blocks().isEmpty)
            try await expectEqual(node.namespace.blackholes(), [])
            try await expectEqual(node.namespace.links().map(\.name).sorted(), ["lo", "up0", "up1"])
        }
    }

    @Test("keeps an empty block while its addresses rest, for who claims it anew would not know of that")
    func restingBlock() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            try await node.collect(keeping: []).result()
            #expect(try await node.ledger.leases().isEmpty)
            try await expectEqual(node.ledger.blocks().map(\.cidr), ["10.244.0.0/26"])
            try await expectEqual(node.namespace.blackholes(), ["10.244.0.0/26"])
            try await node.collect(keeping: [], configuration: restless(node)).result()
            #expect(try await node.ledger.blocks().isEmpty)
            try await expectEqual(node.namespace.blackholes(), [])
        }
    }

    @Test("without a list is error 7 that names it, and touches nothing")
    func missingList() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            let before = try await node.snapshot()
            let outcome = try await node.cni(.collect, configuration: node.configuration(["cniVersion": "1.1.0"]))
            let error = try outcome.error()
            #expect(error.code == 7)
            #expect(error.whole.contains("cni.dev/valid-attachments"))
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("with a malformed list is an error and touches nothing")
    func malformedList() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            let before = try await node.snapshot()
            for list: Value in ["all", [:], [5], [["containerID": "x"]], [["containerID": 5, "ifname": "eth0"]]] {
                let configuration = node.configuration(["cniVersion": "1.1.0", "cni.dev/valid-attachments": list])
                let error = try await node.cni(.collect, configuration: configuration).error()
                #expect([6, 7].contains(error.code), "\(list)")
                #expect(error.whole.contains("cni.dev/valid-attachments"), "\(list)")
            }
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("takes the list's older name, and the newer one where both are")
    func olderName() async throws {
        try await withNode { node in
            let (one, two) = (try await node.pod(), try await node.pod())
            try await node.add(one)
            try await node.add(two)
            let keepOne: Value = [["containerID": .string(one.id), "ifname": "eth0"]]
            let base = node.configuration(["cniVersion": "1.1.0"])
            let both = base.merging(["cni.dev/attachments": [], "cni.dev/valid-attachments": keepOne])
            try await node.cni(.collect, configuration: both).result()
            try await expectEqual(node.ledger.leases().map(\.container), [one.id])
            let older = base.merging(["cni.dev/attachments": []])
            try await node.cni(.collect, configuration: older).result()
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("leaves another network's pods alone, also those of the same container")
    func otherNetwork() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod, configuration: restless(node))
            let storage = node.configuration(name: "storage").setting(
                "ipam.pools", [["name": "storage", "cidr": "10.250.0.0/16"]])
            let kept = try await node.add(pod, ifname: "net1", configuration: storage)
            try await node.collect(keeping: [], configuration: restless(node)).result()
            try await expectEqual(node.ledger.leases().map(\.network), ["storage"])
            #expect(try await node.namespace.pings(kept.resultAddress()))
            try await expectEqual(node.namespace.blackholes(), ["10.250.0.0/26"])
        }
    }

    @Test("tells the interfaces of one container apart")
    func interfaces() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            try await node.add(pod, ifname: "net1")
            try await node.collect(keeping: [(pod.id, "net1")]).result()
            try await expectEqual(node.ledger.leases().map(\.ifname), ["net1"])
            try await expectEqual(pod.namespace.links().map(\.name).sorted(), ["lo", "net1"])
        }
    }

    @Test("keeps a block in which a pod of the list has its address")
    func usedBlock() async throws {
        try await withNode { node in
            let configuration = restless(node).setting(
                "ipam.pools", [["name": "pool", "cidr": "10.244.0.0/16", "blockSize": 31]])
            var pods: [Pod] = []
            for _ in 0..<5 {
                let pod = try await node.pod()
                try await node.add(pod, configuration: configuration)
                pods.append(pod)
            }
            try await expectEqual(node.ledger.blocks().count, 3)
            try await node.collect(keeping: [(pods[4].id, "eth0")], configuration: configuration).result()
            try await expectEqual(node.ledger.blocks().count, 1)
            try await expectEqual(node.namespace.blackholes(), Set(node.ledger.blocks().map(\.cidr)))
        }
    }

    @Test("leaves another node's rows in the same ledger alone")
    func otherNode() async throws {
        try await withNode { node in
            let other = try await node.neighbour("n2")
            try await node.add(node.pod(), configuration: restless(node))
            let kept = try await other.add(try await other.pod())
            try await node.collect(keeping: [], configuration: restless(node)).result()
            try await expectEqual(node.ledger.leases().map(\.address), [kept.resultAddress()])
            try await expectEqual(node.ledger.blocks().map(\.owner), ["n2"])
            #expect(try await other.namespace.pings(kept.resultAddress()))
        }
    }

    @Test("on a node without a ledger succeeds and makes none")
    func cold() async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            try await node.collect(keeping: []).result()
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("removes a link whose lease is lost, by its alias, and no link of a stranger")
    func lostLease() async throws {
        try await withNode { node in
            let host = try await node.add(try await node.pod()).resultHostLink()
            try await node.namespace.ip("link add cali00000000000 type ifb")
            try await node.ledger.forgetLeases()
            try await node.collect(keeping: []).result()
            try await expectEqual(node.namespace.link(host), nil)
            #expect(try await node.namespace.link("cali00000000000") != nil)
        }
    }

    @Test("frees leases whose pods are gone without a DEL")
    func deadPods() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            pod.namespace.end()
            try await node.collect(keeping: []).result()
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("needs CNI_PATH, as the specification says: error 4 without it")
    func path() async throws {
        try await withNode { node in
            let configuration = node.configuration(["cniVersion": "1.1.0", "cni.dev/valid-attachments": []])
            for value in ["", nil] {
                let outcome = try await node.cni(
                    .collect, configuration: configuration, variables: ["CNI_PATH": value])
                let error = try outcome.error()
                #expect(error.code == 4)
                #expect(error.message.contains("CNI_PATH"))
            }
        }
    }
}
