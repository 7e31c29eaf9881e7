import TestKit
import Testing

/// Three nodes in full mesh, as an operator sees them.
@Suite struct SeedTests {
    @Test("pods on different nodes reach each other by plain routes, and tables look as operators know them")
    func seed() async throws {
        try await Lab.with { lab in
            let first = try await lab.start("pod1", on: "node1")[0]
            let second = try await lab.start("pod2", on: "node2")[0]

            #expect(try await eventually { try await lab.pings("pod1", second) })
            // Two routers lie between.
            #expect(try await lab.on("pod1", "ping", "-c", "1", second).contains("ttl=62"))
            #expect(try await lab.pings("pod2", first))

            let pools = try await lab.lines("master", "martletctl", "get", "ippool", "-o", "wide").map(\.words)
            #expect(
                pools == [
                    [
                        "NAME", "CIDR", "NAT", "IPIPMODE", "VXLANMODE", "DISABLED", "DISABLEBGPEXPORT", "SELECTOR",
                    ], ["default-ipv4-ippool", "10.244.0.0/16", "true", "Never", "Never", "false", "false", "all()"],
                ])
            let nodes = try await lab.lines("master", "martletctl", "get", "node", "-o", "wide").map(\.words)
            #expect(
                nodes == [
                    ["NAME", "ASN", "IPV4", "IPV6"], ["master.whale.com", "(64512)", "192.168.0.80/24"],
                    ["node1.whale.com", "(64512)", "192.168.0.81/24"],
                    ["node2.whale.com", "(64512)", "192.168.0.82/24"],
                ])
            let status = try await lab.on("master", "martletctl", "node", "status")
            #expect(status.contains("IPv4 BGP status"))
            for peer in ["192.168.0.81", "192.168.0.82"] {
                let row = try #require(status.split(separator: "\n").first { $0.contains("| \(peer) ") })
                #expect(row.contains("| node-to-node mesh | up "))
                #expect(row.contains("| Established |"))
            }
            #expect(status.contains("No IPv6 peers found."))
        }
    }

    @Test(
        "a node's kernel has its own block as a blackhole, its pods by their links, and others' blocks by their nodes")
    func routes() async throws {
        try await Lab.with { lab in
            let pod = try await lab.start("pod1", on: "node1")[0]
            let blocks = try await lab.blocks()
            let table = try await lab.lines("node1", "ip", "route")
            #expect(table.contains("blackhole \(blocks["node1"] ?? "") proto 80"))
            #expect(table.contains { $0.hasPrefix("\(pod) dev cali") && $0.hasSuffix(" scope link") })
            for (node, address) in [("master", "192.168.0.80"), ("node2", "192.168.0.82")] {
                #expect(table.contains("\(blocks[node] ?? "") via \(address) dev ens33 proto bird metric 32"))
            }
        }
    }

    @Test("peers are told of blocks and of nothing else")
    func exported() async throws {
        try await Lab.with { lab in
            _ = try await lab.start("pod1", on: "node1")
            let block = try await lab.blocks()["node1"] ?? ""
            #expect(try await lab.told("Mesh_192_168_0_80", on: "node1") == [block])
            let learnt = try await lab.lines("master", "birdc", "show", "route", "protocol", "Mesh_192_168_0_81")
            #expect(learnt.filter { $0.first?.isNumber == true }.map { $0.words[0] } == [block])
        }
    }
}
