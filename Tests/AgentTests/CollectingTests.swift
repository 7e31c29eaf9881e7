import TestKit
import Testing

@Suite("The agent frees what is proven dead")
struct CollectingTests {
    @Test("The lease of a pod that has gone without DEL is freed, and its connections are forgotten")
    func killed() async throws {
        try await withNode([.ipv6]) { node in
            let home = try await Household.make(on: node)
            let (address, address6) = (try home.address(), try home.address6())
            let living = try await node.ledger.leases().filter { $0.container == home.other.id }
            guard let neighbour = living.first(where: { !$0.address.contains(":") }) else { throw Failure("no lease") }
            try await node.track("-s", address, "-d", "203.0.113.1")
            try await node.track("-s", "203.0.113.2", "-d", address)
            try await node.track("-s", "203.0.113.3", "-d", "192.0.2.10", "--dst-nat", address)
            try await node.track("-s", address6, "-d", "2001:db8::77")
            try await node.track("-s", neighbour.address, "-d", "203.0.113.4")
            let agent = try await node.startAgent(["collect_seconds": 1])
            // Both live: nothing is freed, and nothing forgotten.
            try await Task.sleep(for: .seconds(2))
            #expect(try await node.ledger.leases().count == 4)
            #expect(try await node.connections().count == 5)

            home.pod.namespace.end()
            #expect(
                try await eventually(within: .seconds(6)) { try await node.ledger.leases().count == 2 },
                "\(agent.log)")
            #expect(try await eventually { try await node.connections().count == 1 }, "\(agent.log)")
            let left = try await node.connections()
            #expect(left.allSatisfy { $0.contains(neighbour.address) })
            #expect(try await node.audit().problems == [])
        }
    }

    @Test("After a DEL the pod's connections are forgotten")
    func deleted() async throws {
        try await withNode([.ipv6]) { node in
            let home = try await Household.make(on: node)
            let agent = try await node.startAgent()
            try await node.track("-s", try home.address(), "-d", "203.0.113.1")
            try await node.delete(home.pod, configuration: node.network)
            #expect(try await eventually { try await node.connections().isEmpty }, "\(agent.log)")
        }
    }

    @Test("What was freed while the agent was away is forgotten when it comes")
    func freedBefore() async throws {
        try await withNode([.ipv6]) { node in
            let home = try await Household.make(on: node)
            try await node.track("-s", try home.address(), "-d", "203.0.113.1")
            try await node.delete(home.pod, configuration: node.network)
            #expect(try await node.connections().count == 1)
            let agent = try await node.startAgent()
            #expect(try await eventually { try await node.connections().isEmpty }, "\(agent.log)")
        }
    }

    @Test("A pod's lease outlives its link as long as its sandbox is there")
    func unlinked() async throws {
        try await withNode([.ipv6]) { node in
            let home = try await Household.make(on: node)
            let agent = try await node.startAgent(["collect_seconds": 1])
            let leases = try await node.ledger.leases()
            for _ in 0..<3 {
                try await node.namespace.ip("link del \(home.link())")
                try await Task.sleep(for: .milliseconds(1200))
            }
            #expect(try await node.ledger.leases() == leases, "\(agent.log)")
        }
    }

    @Test("A block that nothing is leased from is given back, unless the node wants it at hand", arguments: [0, 32])
    func emptyBlock(lowWater: Int) async throws {
        try await withNode([.ipv6]) { node in
            let home = try await Household.make(on: node)
            try await home.delete()
            // Freed addresses rest, and their blocks with them.
            try await node.ledger.change("UPDATE ledger SET rest_seconds = 0")
            let agent = try await node.startAgent(
                ["collect_seconds": 1, "keep_empty_seconds": 1, "low_water": .integer(lowWater)])
            if lowWater == 0 {
                #expect(
                    try await eventually(within: .seconds(8)) {
                        let (blocks, blackholes) = (
                            try await node.ledger.blocks(), try await node.namespace.blackholes()
                        )
                        return blocks.isEmpty && blackholes.isEmpty
                    }, "\(agent.log)")
            } else {
                try await Task.sleep(for: .seconds(4))
                #expect(try await node.ledger.blocks().count == 2)
                #expect(try await node.namespace.blackholes() == [Household.block, Household.block6])
            }
        }
    }
}

extension Node {
    /// Has the kernel track a connection with these ends.
    fileprivate func track(_ ends: String...) async throws {
        let completion = try await namespace.run(
            ["/usr/sbin/conntrack", "-I", "-p", "udp", "--sport", "1000", "--dport", "53", "-t", "1000"] + ends)
        guard completion.succeeded else { throw Failure("conntrack: \(completion.errorText)") }
    }

    /// The connections that the kernel tracks, those between others left out.
    fileprivate func connections() async throws -> [String] {
        var lines: [String] = []
        for family in ["ipv4", "ipv6"] {
            lines += try await namespace.must("/usr/sbin/conntrack", "-L", "-f", family, "-p", "udp")
                .split(separator: "\n").map(String.init).filter { $0.contains("dport=53") }
        }
        return lines
    }
}
