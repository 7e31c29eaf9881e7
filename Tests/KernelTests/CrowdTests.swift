import TestKit
import Testing

@Suite("Many at once")
struct CrowdTests {
    /// Calls for each pod at the same time; every one has to succeed.
    private func all(_ pods: [Pod], _ body: @escaping @Sendable (Pod) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for pod in pods { group.addTask { try await body(pod) } }
            try await group.waitForAll()
        }
    }

    private func pods(_ count: Int, on node: Node) async throws -> [Pod] {
        var pods: [Pod] = []
        for _ in 0..<count { pods.append(try await node.pod()) }
        return pods
    }

    @Test("64 ADDs on a node without a ledger: 64 addresses, all wired, no failure")
    func cold() async throws {
        try await withNode { node in
            let pods = try await pods(64, on: node)
            try await all(pods) { pod in try await node.add(pod) }
            let leases = try await node.ledger.leases()
            #expect(Set(leases.map(\.address)).count == 64)
            #expect(Set(leases.map(\.container)) == Set(pods.map(\.id)))
            #expect(Set(leases.map(\.hostInterface)).count == 64)
            try await expectEqual(node.namespace.blackholes(), Set(node.ledger.blocks().map(\.cidr)))
            for lease in leases {
                try await expectEqual(
                    node.namespace.routes(to: "\(lease.address)/32").map(\.device), [lease.hostInterface])
            }
            try await all(pods) { pod in try await node.delete(pod) }
            #expect(try await node.ledger.leases().isEmpty)
            try await expectEqual(node.namespace.links().map(\.name).sorted(), ["lo", "up0", "up1"])
            #expect(try await node.namespace.routes().filter { $0.destination.hasSuffix("/32") }.isEmpty)
        }
    }

    @Test("waves of 64 ADDs and DELs mixed: no failure, no duplicate, nothing left")
    func waves() async throws {
        try await withNode { node in
            var random = Seeded("waves")
            let pods = try await pods(64, on: node)
            var up: Set<String> = []
            for _ in 0..<4 {
                let wave = pods.shuffled(using: &random)
                let wasUp = up
                try await all(wave) { pod in
                    if wasUp.contains(pod.id) { try await node.delete(pod) } else { try await node.add(pod) }
                }
                // Half of them change sides again in the next wave, so ADDs and DELs are always mixed.
                up = Set(wave.map(\.id)).subtracting(wasUp)
                let leases = try await node.ledger.leases()
                #expect(Set(leases.map(\.container)) == up)
                #expect(Set(leases.map(\.address)).count == leases.count)
                let settled = pods.filter { up.contains($0.id) }.shuffled(using: &random).prefix(32)
                try await all(Array(settled)) { pod in try await node.delete(pod) }
                up.subtract(settled.map(\.id))
            }
            try await all(pods) { pod in try await node.delete(pod) }
            #expect(try await node.ledger.leases().isEmpty)
            try await expectEqual(node.namespace.links().map(\.name).sorted(), ["lo", "up0", "up1"])
            #expect(try await node.namespace.neighbours().filter { $0.address.hasPrefix("10.244.") }.isEmpty)
        }
    }

    @Test("ADDs on two nodes of one new ledger: no duplicate, no failure")
    func twoNodes() async throws {
        try await withNode { node in
            let other = try await node.neighbour("n2")
            let (mine, theirs) = (try await pods(12, on: node), try await pods(12, on: other))
            try await all(mine + theirs) { pod in
                let place = pod.id.contains("n2") ? other : node
                try await place.add(pod)
            }
            let leases = try await node.ledger.leases()
            #expect(Set(leases.map(\.address)).count == 24)
            #expect(Set(try await node.ledger.blocks().map(\.owner)) == ["n1", "n2"])
        }
    }

    @Test("the same ADD twice at once: one wins, the other says the interface is there, one lease")
    func twice() async throws {
        try await withNode { node in
            for _ in 0..<5 {
                let pod = try await node.pod()
                async let one = node.cni(.add, pod)
                async let two = node.cni(.add, pod)
                let outcomes = try await [one, two]
                #expect(outcomes.filter(\.succeeded).count == 1)
                let loser = try #require(outcomes.first { !$0.succeeded })
                #expect(try loser.error().whole.contains("eth0"))
                let winner = try #require(outcomes.first { $0.succeeded })
                #expect(try await node.namespace.pings(winner.document.resultAddress()))
                try await expectEqual(node.ledger.leases().count, 1)
                try await node.delete(pod)
            }
        }
    }

    @Test(
        "ADD and DEL of the same pod at once, ledger or not: both answer, and what is leased is wired",
        arguments: 1...20)
    func addAndDelete(number: Int) async throws {
        try await withNode { node in
            for _ in 0..<2 {
                let pod = try await node.pod()
                async let adding = node.cni(.add, pod)
                async let deleting = node.cni(.delete, pod)
                let (added, deleted) = try await (adding, deleting)
                try added.result()
                try deleted.result()
                let isWired = try await pod.namespace.link("eth0") != nil
                try await expectEqual(node.ledger.leases().count, isWired ? 1 : 0)
                try await node.delete(pod)
                #expect(try await node.ledger.leases().isEmpty)
                try await expectEqual(pod.namespace.link("eth0"), nil)
            }
        }
    }

    @Test("GC beside ADDs of another network: neither fails, and every owned block keeps its blackhole")
    func collection() async throws {
        try await withNode { node in
            let other = node.configuration(["cniVersion": "1.1.0"], name: "other")
            let pods = try await pods(16, on: node)
            async let collecting: Void = {
                for _ in 0..<8 { try await node.collect(keeping: [], configuration: other).result() }
            }()
            try await all(pods) { pod in try await node.add(pod) }
            try await collecting
            try await expectEqual(node.ledger.leases().count, 16)
            try await expectEqual(node.namespace.blackholes(), Set(node.ledger.blocks().map(\.cidr)))
        }
    }
}
