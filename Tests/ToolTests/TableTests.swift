import TestKit
import Testing

@Suite("Tables")
struct TableTests {
    @Test("of pools are the seed's")
    func pools() async throws {
        try await withNode { node in
            try await node.apply(pool("default-ipv4-ippool", "10.244.0.0/16", "natOutgoing: true"))
            try await expectEqual(
                node.lines("get", "ippool", "-o", "wide"),
                [
                    "NAME                  CIDR            NAT    IPIPMODE   VXLANMODE   DISABLED   DISABLEBGPEXPORT   SELECTOR",
                    "default-ipv4-ippool   10.244.0.0/16   true   Never      Never       false      false              all()",
                    "", "",
                ])
            try await expectEqual(
                node.lines("get", "ippools"),
                [
                    "NAME                  CIDR            SELECTOR", "default-ipv4-ippool   10.244.0.0/16   all()", "",
                    "",
                ])
        }
    }

    @Test("of nodes are the seed's: what is inherited stands in parentheses")
    func nodes() async throws {
        try await withNode { node in
            try await node.apply(
                ToolTests.node("master.whale.com", labels: "{}", bgp: "{ipv4Address: 192.168.0.80/24}")
                    + ToolTests.node(
                        "node1.whale.com", labels: "{}", bgp: "{ipv4Address: 192.168.0.81/24, asNumber: 64513}"))
            try await expectEqual(
                node.lines("get", "node", "-o", "wide"),
                [
                    "NAME               ASN       IPV4              IPV6",
                    "master.whale.com   (64512)   192.168.0.80/24",
                    "node1.whale.com    64513     192.168.0.81/24", "", "",
                ])
            try await expectEqual(node.lines("get", "nodes"), ["NAME", "master.whale.com", "node1.whale.com", "", ""])
        }
    }

    @Test("of nodes show the AS number of the cluster's BGP where a node has none")
    func inheritedASNumber() async throws {
        try await withNode { node in
            try await node.apply(
                ToolTests.node("n7", labels: "{}") + """
                    ---
                    apiVersion: projectcalico.org/v3
                    kind: BGPConfiguration
                    metadata: {name: default}
                    spec: {asNumber: 65001}

                    """)
            try await expectEqual(node.lines("get", "node", "-o", "wide")[1], "n7     (65001)")
        }
    }

    @Test("of nodes name those that own blocks and have not been declared")
    func silentNodes() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            try await expectEqual(node.lines("get", "node", "-o", "wide")[1], "n1     (64512)")
            try await expectEqual(node.ask("get", "node", "n1", "-o", "name"), "node/n1\n")
            // What nobody has declared cannot be deleted.
            #expect(try await node.refuse("delete", "node", "n1").contains("there is no Node n1"))
        }
    }

    @Test("of pods name pod, addresses and interface; containers without a pod by their ID")
    func endpoints() async throws {
        try await withNode { node in
            let configuration = node.dualStackConfiguration()
            let result = try await node.add(
                try await node.pod(), args: podArgs("default", "web-0"), configuration: configuration)
            let other = try await node.add(try await node.pod(id: "zz-1"), configuration: configuration)
            let networks = result.resultAddresses.joined(separator: ",")
            let words = try await node.lines("get", "wep").map { $0.split(separator: " ").map(String.init) }
            #expect(
                words == [
                    ["WORKLOAD", "NODE", "NETWORKS", "INTERFACE"],
                    ["default/web-0", "n1", networks, try result.resultHostLink()],
                    ["zz-1", "n1", other.resultAddresses.joined(separator: ","), try other.resultHostLink()], [], [],
                ])
            let wide = try await node.lines("get", "workloadendpoint", "-o", "wide")
            #expect(wide[0].hasPrefix("NAME") && wide[0].hasSuffix("PROFILES   NATS"))
            #expect(wide[1].hasPrefix("n1-k8s-web--0-eth0   default/web-0   n1"))
            #expect(wide[2].hasPrefix("n1-cni-zz--1-eth0    zz-1"))
            try await expectEqual(node.lines("get", "wep", "default/web-0").count, 4)
            #expect(try await node.refuse("get", "wep", "default/none").contains("default/none"))
        }
    }

    @Test("of reservations show at most 80 characters")
    func reservations() async throws {
        try await withNode { node in
            let many = (0..<9).map { "10.244.\($0).0/30" }
            try await node.apply(
                reservation("few", "10.0.0.1/32") + """
                    ---
                    apiVersion: projectcalico.org/v3
                    kind: IPReservation
                    metadata: {name: many}
                    spec: {reservedCIDRs: [\(many.joined(separator: ", "))]}

                    """)
            let lines = try await node.lines("get", "ipreservation", "-o", "wide")
            #expect(lines[0] == "NAME   CIDRS")
            #expect(lines[1] == "few    10.0.0.1/32")
            #expect(lines[2] == "many   " + many.joined(separator: ",").prefix(80) + "...")
        }
    }
}

@Suite("ipam show")
struct ShowTests {
    @Test("prints pools and blocks as calicoctl does, shares rounded as Go rounds them")
    func usage() async throws {
        try await withNode { node in
            try await node.apply(
                pool("a", "10.65.0.0/16", "blockSize: 29") + pool("b", "10.80.0.0/12")
                    + pool("c", "fd5f:abcd:64::/48") + reservation("r", "10.65.0.6/31"))
            for _ in 0..<5 { try await node.start() }
            try await expectEqual(
                node.lines("ipam", "show", "--show-blocks"),
                [
                    "+----------+-------------------+------------+------------+--------------+-------------------+",
                    "| GROUPING |       CIDR        | IPS TOTAL  | IPS IN USE | IPS RESERVED |     IPS FREE      |",
                    "+----------+-------------------+------------+------------+--------------+-------------------+",
                    "| IP Pool  | 10.65.0.0/16      |      65536 | 5 (0%)     | 2 (0%)       | 65529 (100%)      |",
                    "| Block    | 10.65.0.0/29      |          8 | 5 (62%)    | 2 (25%)      | 1 (12%)           |",
                    "| IP Pool  | 10.80.0.0/12      | 1.0486e+06 | 0 (0%)     | 0 (0%)       | 1.0486e+06 (100%) |",
                    "| IP Pool  | fd5f:abcd:64::/48 | 1.2089e+24 | 0 (0%)     | 0 (0%)       | 1.2089e+24 (100%) |",
                    "+----------+-------------------+------------+------------+--------------+-------------------+",
                    "",
                ])
            let pools = try await node.lines("ipam", "show")
            #expect(pools.count == 8 && !pools.contains { $0.contains("Block") })
        }
    }

    @Test("counts an address that is in use and reserved once")
    func reservedInUse() async throws {
        try await withNode { node in
            try await node.apply(pool("a", "10.65.0.0/26"))
            try await node.start()
            try await node.apply(reservation("r", "10.65.0.0/31"))
            let line = try await node.lines("ipam", "show")[3]
            #expect(line == "| IP Pool  | 10.65.0.0/26 |        64 | 1 (2%)     | 2 (3%)       | 62 (97%) |")
        }
    }

    @Test("says who holds an address, and that nobody does")
    func holder() async throws {
        try await withNode { node in
            try await node.apply(pool("a", "10.65.0.0/26"))
            let (pod, address) = try await node.start(args: podArgs("shop", "cart"))
            let lines = try await node.lines("ipam", "show", "--ip", address)
            #expect(
                lines.prefix(3) == ["IP \(address) is in use", "Handle ID: pods.\(pod.id)", "Active Owner Attributes:"])
            let names = lines.dropFirst(3).dropLast().map { $0.prefix { $0 != ":" } }
            #expect(names == names.sorted() && names.allSatisfy { $0.hasPrefix("  ") })
            for attribute in ["namespace: shop", "pod: cart", "node: n1", "sandbox: \(pod.path)", "interface: eth0"] {
                #expect(lines.contains("  \(attribute)"))
            }
            try await expectEqual(node.lines("ipam", "show", "--ip", "10.65.0.9"), ["10.65.0.9 is not assigned", ""])
            try await expectEqual(node.lines("ipam", "show", "--ip", "8.8.8.8"), ["8.8.8.8 is not assigned", ""])
            try await node.refuse("ipam", "show", "--ip", "10.65.0", status: 64)
        }
    }

    @Test("prints what was configured")
    func configuration() async throws {
        try await withNode { node in
            // Before the first pod there is a ledger already if somebody sets something.
            try await expectEqual(
                node.ask("ipam", "configure", "--max-blocks-per-host", "7"), "Successfully set MaxBlocksPerHost to: 7\n"
            )
            try await expectEqual(
                node.lines("ipam", "show", "--show-configuration"),
                [
                    "+------------------+-------+", "|     PROPERTY     | VALUE |", "+------------------+-------+",
                    "| MaxBlocksPerHost |     7 |", "| RestSeconds      | -     |", "| StrictAffinity   | true  |",
                    "+------------------+-------+", "",
                ])
        }
    }
}
