import TestKit
import Testing

/// Where blocks come from when a node needs them, and go when it does not.
@Suite struct BlockNeedTests {
    @Test("a second block is there before the first is full")
    func ahead() async throws {
        try await Lab.with { lab in
            try await lab.must("for i in $(seq 40); do \(Lab.script) pod add node1 pod$i & done; wait")
            #expect(try await eventually { try await lab.blocks(of: "node1").count == 2 })
        }
    }

    @Test("where nothing is claimed ahead, the pod that finds no address waits for its block, which others learn of")
    func onDemand() async throws {
        try await Lab.with { lab in
            _ = try await lab.start("pod0", on: "node2")
            try await lab.configure("node1", ".low_water = 0")
            try await lab.must("for i in $(seq 64); do \(Lab.script) pod add node1 pod$i & done; wait")
            #expect(try await lab.blocks(of: "node1").count == 1)
            let before = try await lab.lastReconfigurations()
            let address = try await lab.start("pod65", on: "node1")[0]
            #expect(try await lab.blocks(of: "node1").count == 2)
            #expect(try await eventually { try await lab.pings("pod0", address) })
            // Blocks are told by routes: BIRD need not read anything again.
            #expect(try await lab.lastReconfigurations() == before)
        }
    }

    @Test("when all blocks are taken, a pod's start fails with the reason, error 11")
    func exhausted() async throws {
        try await Lab.with { lab in
            try await lab.limit(to: "10.245.0.0/31")
            for number in 1...2 { _ = try await lab.start("pod\(number)", on: "node2") }
            let answer = try await lab.must(
                """
                nsenter --net=/run/netns/lab-node1.whale.com env CNI_COMMAND=ADD CNI_CONTAINERID=pod3 CNI_IFNAME=eth0 \
                CNI_NETNS=/run/netns/lab-wire CNI_PATH=$MARTLET_BIN $MARTLET_BIN/martlet \
                </run/lab/nodes/node1.whale.com/network.json | jq -r '.code, .msg'; true
                """)
            #expect(
                answer == """
                    11
                    there is no IPv4 address left in this node's blocks, and no new block of pool small: \
                    all 1 blocks of pool small are taken or reserved
                    """)
            #expect(try await lab.ask("node1", "/readyz") == "ok")
        }
    }

    @Test("an empty block is withdrawn, and then another node's")
    func givenBack() async throws {
        try await Lab.with { lab in
            try await lab.limit(to: "10.245.0.0/31")
            try await lab.configure("node2", ".low_water = 0 | .collect_seconds = 1 | .keep_empty_seconds = 1")
            // Addresses of pods that are gone rest before they, or their block, are given to others.
            try await lab.must(
                "\(Lab.sqlite("node2")) 'UPDATE ledger SET rest_seconds = 0'")
            let address = try await lab.start("pod1", on: "node2")[0]
            try await lab("pod", "del", "pod1")
            #expect(
                try await eventually(within: .seconds(20)) {
                    try await lab.must("cat /run/lab/nodes/node2.whale.com/martletd.log")
                        .contains("gave block 10.245.0.0/31 back")
                })
            #expect(try await lab.blocks(of: "node2").contains("10.245.0.0/31") == false)
            #expect(try await lab.start("pod2", on: "node1")[0] == address)
            #expect(try await lab.blocks(of: "node1").contains("10.245.0.0/31"))
        }
    }
}

extension Lab {
    /// When each node's BIRD has read its configuration last.
    fileprivate func lastReconfigurations() async throws -> [String] {
        var found: [String] = []
        for node in Self.nodes {
            found += try await lines(node, "birdc", "show", "status").filter { $0.hasPrefix("Last reconfiguration") }
        }
        return found
    }

    /// Leaves one pool, of blocks of two addresses, of which no node claims any before a pod asks for it.
    func limit(to cidr: String) async throws {
        for node in Self.nodes { try await configure(node, ".low_water = 0") }
        try await apply(
            """
            apiVersion: projectcalico.org/v3
            kind: IPPool
            metadata: {name: small}
            spec: {cidr: \(cidr), blockSize: 31}
            ---
            apiVersion: projectcalico.org/v3
            kind: IPPool
            metadata: {name: default-ipv4-ippool}
            spec: {cidr: 10.244.0.0/16, natOutgoing: true, disabled: true}
            """)
        for node in Self.nodes {
            let isKnown = try await eventually {
                // Not martletctl, which asks the registry.
                try await must("\(Self.sqlite(node)) 'SELECT name, disabled FROM pool ORDER BY name'")
                    == "default-ipv4-ippool|1\nsmall|0"
            }
            guard isKnown else { throw Failure("\(node) has not heard of the pools") }
        }
    }

    /// The shell on a node's ledger.
    fileprivate static func sqlite(_ node: String) -> String {
        "sqlite3 -cmd '.timeout 5000' /run/lab/nodes/\(node).whale.com/ledger/ledger.db"
    }
}
