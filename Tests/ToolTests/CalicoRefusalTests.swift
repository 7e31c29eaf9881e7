import Foundation
import TestKit
import Testing

@Suite("import calico refuses")
struct CalicoRefusalTests {
    /// Something that forbids an import, and how it is said.
    struct Obstacle: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let subject: String
        let reason: String
        let arrange: @Sendable (CalicoNode) async throws -> Void

        init(
            _ description: String, _ subject: String, _ reason: String,
            _ arrange: @escaping @Sendable (CalicoNode) async throws -> Void
        ) {
            testDescription = description
            self.subject = subject
            self.reason = reason
            self.arrange = arrange
        }
    }

    private static func lend(_ notes: inout CalicoNotes, _ address: String, to pod: String, on node: String) {
        notes.give(
            address, to: "k8s-pod-network.\(pod)", ["namespace": "default", "node": node, "pod": pod])
    }

    static let obstacles = [
        Obstacle("an address that another node has borrowed", "10.244.0.50", "node n2 has borrowed it") { calico in
            calico.note { lend(&$0, "10.244.0.50", to: "far", on: "n2") }
        },
        Obstacle("a pod whose address is borrowed", "10.244.7.1", "its block 10.244.7.0/26 is that of host:n2") {
            calico in
            calico.note { $0.claim("10.244.7.0/26", for: "n2") }
            try await calico.start("guest", "10.244.7.1")
        },
        Obstacle("a pod in a block of nobody's", "10.244.7.1", "its block 10.244.7.0/26 is nobody's") { calico in
            calico.note { $0.claim("10.244.7.0/26", for: nil) }
            try await calico.start("orphan", "10.244.7.1")
        },
        Obstacle("an address of a tunnel that is up", "10.244.0.40", "ip address delete 10.244.0.40 dev tunl") {
            calico in
            calico.note { $0.give("10.244.0.40", to: "ipip-tunnel-addr-n1", ["node": "n1"]) }
            try await calico.node.namespace.ip(
                "link add tunl type veth peer name far", "addr add 10.244.0.40/32 dev tunl")
        },
        Obstacle("a tunnel of another node", "10.244.0.40", "node n2 has borrowed it") { calico in
            calico.note { $0.give("10.244.0.40", to: "vxlan-tunnel-addr-n2", ["node": "n2"]) }
        },
        Obstacle("an address of nobody", "10.244.0.41", "nothing says whose it is") { calico in
            calico.note { $0.give("10.244.0.41", to: nil, [:]) }
        },
        Obstacle(
            "a pod that is newer than the export", "10.244.0.30", "routed to the link, and the export does not have it"
        ) {
            calico in
            try await calico.start("new", "10.244.0.30")
            calico.note { $0.forget("10.244.0.30") }
        },
        Obstacle("an address that another pod has by now", "10.244.0.30", "which is another pod's") { calico in
            try await calico.start("new", "10.244.0.30")
            calico.note { lend(&$0, "10.244.0.30", to: "before", on: "n1") }
        },
        Obstacle(
            "a pod that has another address than its route says", "10.244.0.5", "the pod there has another address"
        ) {
            calico in
            try await calico.node.namespace.ip("route del 10.244.0.5")
            try await calico.node.namespace.ip("route add 10.244.0.5 dev \(try await calico.linkName("client"))")
            calico.note { notes in
                notes.forget("10.244.0.5")
                lend(&notes, "10.244.0.5", to: "client", on: "n1")
            }
        },
        Obstacle("a link that is somebody else's", "10.244.0.5", "has the alias \"mine\", which is not its own") {
            calico in
            try await calico.node.namespace.ip("link set \(try await calico.linkName("web")) alias mine")
        },
        Obstacle("a block outside of the pools", "block 10.99.0.0/26", "it lies in no IPPool of the export") { calico in
            calico.note { $0.claim("10.99.0.0/26", for: "n1") }
        },
        Obstacle("blocks of another size", "block 10.244.0.0/26", "has blocks of /27") { calico in
            calico.note { $0.pools[0] = CalicoNotes.pool("default-ipv4-ippool", "10.244.0.0/16", ["blockSize": 27]) }
        },
        Obstacle("an affinity that the block denies", "affinity 10.244.7.0/26", "the block itself is of host:n2") {
            calico in
            calico.note {
                $0.claim("10.244.7.0/26", for: "n2")
                $0.claim(affinityOf: "10.244.7.0/26", for: "n1")
            }
        },
        Obstacle("a handle whose block is missing", "block 10.244.8.0/26", "the export does not have it") { calico in
            calico.note { $0.extraHandles["k8s-pod-network.web0123456789abcdef"] = "10.244.8.0/26" }
        },
        Obstacle("a pool that the ledger has otherwise", "ippool/default-ipv4-ippool", "of this name that differs") {
            calico in
            try await calico.node.apply(pool("default-ipv4-ippool", "10.244.0.0/17"))
        },
        Obstacle("a pool that overlaps one of the ledger's", "ippool/default-ipv4-ippool", "overlaps pool \"own\"") {
            calico in
            try await calico.node.apply(pool("own", "10.244.128.0/17"))
        },
        Obstacle("a block that another node has in the ledger", "block 10.244.0.0/26", "as another node's") { calico in
            try await calico.node.apply(pool("default-ipv4-ippool", "10.244.0.0/16", "natOutgoing: true"))
            try await calico.node.ledger.change(
                """
                INSERT INTO block SELECT 1, '10.244.0.0/26', first, first + 63, id, 'n2', 1, 64, 0, 0 FROM pool
                """)
        },
        Obstacle("an address that another container has in the ledger", "10.244.0.5", "leased to container old") {
            calico in
            try await calico.take()
            try await calico.node.ledger.change("UPDATE lease SET container_id = 'old' WHERE address = '10.244.0.5'")
        },
    ]

    @Test("and names, and changes nothing", arguments: obstacles)
    func obstacle(_ obstacle: Obstacle) async throws {
        try await withCalico { calico, _, _ in
            try await obstacle.arrange(calico)
            let before = try await calico.node.snapshot()
            for words in [["--dry-run"], []] {
                let done = try await calico.node.tool(["import", "calico", "-"] + words, input: calico.export())
                #expect(done.status == .exited(1))
                let isNamed = done.text.split(separator: "\n").contains {
                    $0.hasPrefix(obstacle.subject + " ") && $0.contains("refused: ") && $0.contains(obstacle.reason)
                }
                #expect(isNamed, "\(done.text)\(done.errorText)")
                #expect(done.errorText.contains("Error: nothing is taken over\n"), "\(done.errorText)")
            }
            try await expectEqual(calico.node.snapshot().changes(since: before, ignoring: [.neighbours]), "")
        }
    }

    @Test("names all of several reasons")
    func several() async throws {
        try await withCalico { calico, _, _ in
            calico.note {
                Self.lend(&$0, "10.244.0.50", to: "far", on: "n2")
                $0.give("10.244.0.41", to: nil, [:])
                $0.claim("10.99.0.0/26", for: "n1")
            }
            let done = try await calico.node.tool(["import", "calico", "-"], input: calico.export())
            #expect(
                done.text.hasSuffix("8 would be taken over, 0 left behind, 3 refused; nothing is changed\n"),
                "\(done.text)")
        }
    }
}

@Suite("import calico, while Calico is at work")
struct CalicoRemainsTests {
    @Test(
        "is refused and names each of its programs that runs on the node",
        arguments: [
            ("calico-node", "-felix", true), ("calico-felix", "", true),
            ("bird", "/etc/calico/confd/config/bird.cfg", true),
            ("bird6", "/etc/calico/confd/config/bird6.cfg", true), ("confd", "/etc/calico/confd", true),
            ("bird", "/etc/bird/bird.conf", false), ("nobird", "/etc/calico", false),
        ])
    func programs(name: String, argument: String, isCalicos: Bool) async throws {
        try await withCalico { calico, _, _ in
            // sleep(1) under another name: a shell that waits with whatever arguments.
            let path = "\(calico.node.folder.path)/\(name)"
            // By a process of its own: what this one has open for writing, another test's child may have for a moment, too.
            try await calico.node.namespace.must("/bin/cp", "/bin/dash", path)
            let daemon = try await calico.node.namespace.start(path, "-c", "sleep 600; :", argument)
            let runs = try await eventually { try readFile("/proc/\(daemon.pid)/comm").starts(with: name.utf8) }
            try #require(runs)
            let done = try await calico.node.tool(["import", "calico", "-"], input: calico.export())
            #expect(done.succeeded == !isCalicos, "\(done.errorText)")
            guard isCalicos else { return }
            #expect(done.errorText.contains("Error: \(name) runs as process \(daemon.pid) ("), "\(done.errorText)")
            #expect(done.text.contains("would be taken over") && entries(of: calico.node.data) == [], "\(done.text)")
            daemon.end()
            try await calico.take()
        }
    }

    @Test("is not refused for another node's programs, such as one in a network namespace of its own")
    func elsewhere() async throws {
        try await withCalico { calico, _, _ in
            let other = try await calico.node.neighbour("n2")
            let path = "\(calico.node.folder.path)/calico-node"
            // By a process of its own: what this one has open for writing, another test's child may have for a moment, too.
            try await calico.node.namespace.must("/bin/cp", "/bin/dash", path)
            let daemon = try await other.namespace.start(path, "-c", "sleep 600; :", "-felix")
            _ = try await eventually { try readFile("/proc/\(daemon.pid)/comm").starts(with: "calico-node".utf8) }
            try await calico.take()
            daemon.end()
        }
    }

    @Test(
        "is refused and names each chain of its filters; the command that it names removes them",
        arguments: [
            ("iptables -N cali-FORWARD; iptables -I FORWARD -j cali-FORWARD", "ip filter: cali-FORWARD"),
            (
                "iptables -t nat -N cali-nat-outgoing; iptables -t nat -N cali-PREROUTING",
                "ip nat: cali-nat-outgoing, cali-PREROUTING"
            ),
            ("ip6tables -t raw -N cali-rpf", "ip6 raw: cali-rpf"),
            ("iptables-legacy -t mangle -N cali-failsafe", "iptables-legacy mangle: cali-failsafe"),
            ("ip6tables-legacy -N cali-INPUT", "ip6tables-legacy filter: cali-INPUT"),
            ("nft add table ip calico; nft add chain ip calico filter-cali-FORWARD", "ip calico: filter-cali-FORWARD"),
        ])
    func chains(script: String, words: String) async throws {
        try await withCalico { calico, web, client in
            try await calico.node.namespace.must("/bin/bash", "-ec", "iptables -N mine; " + script)
            let text = try await calico.node.refuse("import", "calico", "-", input: calico.export())
            #expect(text.contains("Error: chains of Calico's stand in \(words): run "), "\(text)")
            let line = text.split(separator: "\n").first { $0.contains(words) } ?? ""
            let command = String(line.components(separatedBy: ": run ").last ?? "")
            try await calico.node.namespace.must("/bin/bash", "-eo", "pipefail", "-c", command)
            try await calico.take()
            #expect(try await calico.node.namespace.must("/usr/sbin/iptables-save").contains("mine"))
            #expect(try await web.pod.namespace.pings(client.addresses[0]))
        }
    }
}
