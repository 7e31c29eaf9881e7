import TestKit
import Testing

/// IPv6 alone, and beside IPv4.
@Suite struct FamilyTests {
    @Test("pods reach others in each family they have", arguments: [("6", 1), ("dual", 2)])
    func family(name: String, count: Int) async throws {
        try await Lab.with("--family", name) { lab in
            let own = try await lab.start("pod1", on: "node1")
            let others = try await lab.start("pod2", on: "node2")
            #expect(own.count == count && others.count == count)
            for address in others {
                #expect(try await eventually { try await lab.pings("pod1", address) })
                // Two routers lie between.
                #expect(try await lab.on("pod1", "ping", "-c", "1", address).contains("ttl=62"))
            }
            #expect(try await lab.areEstablished(each: 2 * count))

            // One block of each family, and no pod's address, is what peers are told.
            let blocks = try await lab.blocks(of: "node1")
            #expect(blocks.count == count)
            let told = try await lab.told("Mesh_fd00_192__80", on: "node1")
            #expect(told == blocks.filter { $0.contains(":") })
            #expect(told.allSatisfy { $0.hasSuffix("/122") })

            let routes = try await lab.lines("node2", "ip", "-6", "route")
            #expect(routes.contains { $0.hasPrefix("\(told[0]) via fd00:192::81 dev ens33 proto bird metric 32") })
            #expect(routes.contains { $0.hasPrefix("\(others[count - 1]) dev cali") })

            let status = try await lab.on("node1", "martletctl", "node", "status")
            #expect(status.contains("| fd00:192::82 | node-to-node mesh | up "))
            #expect(status.contains("No IPv4 peers found.") == (count == 1))
        }
    }
}
