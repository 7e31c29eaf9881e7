import TestKit
import Testing

@Suite("import calico")
struct CalicoImportTests {
    /// The configuration that the node has from then on: Calico's network by name, with the ledger's pools.
    private func configuration(on node: Node) -> Value {
        node.bare(["assign_ipv6": true]).merging(["name": "k8s-pod-network"])
    }

    @Test("takes over pools, blocks and pods, which lose no packet, and are Martlet's from then on")
    func takesOver() async throws {
        try await withCalico { calico, web, client in
            let node = calico.node
            try await node.namespace.ip("route add blackhole 10.244.0.0/26 proto 12")
            async let losses = web.losses(to: client.addresses[0], count: 300)
            async let losses6 = client.losses(to: web.addresses[1], count: 300)
            let text = try await calico.take()
            try await expectEqual(losses, 0)
            try await expectEqual(losses6, 0)
            #expect(text.hasSuffix("8 taken over, 0 left behind, 0 refused\n"), "\(text)")
            let audit = try await node.audit()
            #expect(audit.findings == [])
            try await expectEqual(
                node.ledger.leases().map {
                    "\($0.address) \($0.network) \($0.container) \($0.ifname) \($0.hostInterface)"
                },
                [client, web].flatMap { resident in
                    resident.addresses.map { "\($0) k8s-pod-network \(resident.pod.id) eth0 \(resident.link)" }
                }.sorted())
            try await expectEqual(node.namespace.blackholes(), ["10.244.0.0/26", "fd00:10:244::/122"])
            #expect(try await node.lines("get", "wep").contains { $0.hasPrefix("default/web ") })
            #expect(try await node.namespace.must("/usr/sbin/nft", "list", "tables").contains("inet martlet"))
        }
    }

    @Test("takes over the same from what calicoctl datastore migrate export prints of an etcd")
    func migrationExport() async throws {
        try await withCalico { calico, web, client in
            let node = calico.node
            calico.note { notes in
                notes.give(
                    "10.244.0.42", to: "k8s-pod-network.dead", ["namespace": "default", "node": "n1", "pod": "dead"])
                notes.claim(affinityOf: "10.244.9.0/26", for: "n1")
            }
            let words = ["import", "calico", "-", "--dry-run"]
            // Only this file has the ClusterInformation, which makes the columns wider.
            let rows = { (text: String) in
                text.split(separator: "\n").dropLast().filter { !$0.hasPrefix("ClusterInformation ") }
                    .map { $0.split(separator: " ") }
            }
            let custom = try await node.tool(words, input: calico.export())
            let migrated = try await node.tool(words, input: calico.migrationExport())
            #expect(custom.succeeded && rows(custom.text).count == 11)
            #expect(rows(migrated.text) == rows(custom.text))
            let text = try await node.ask("import", "calico", "-", input: calico.migrationExport())
            #expect(text.hasSuffix("8 taken over, 3 left behind, 0 refused\n"), "\(text)")
            try await expectEqual(
                Set(node.ledger.leases().map { "\($0.address) \($0.container) \($0.hostInterface)" }),
                Set(
                    [client, web].flatMap { resident in
                        resident.addresses.map { "\($0) \(resident.pod.id) \(resident.link)" }
                    }))
            #expect(try await node.audit().findings == [])
            #expect(try await web.losses(to: client.addresses[0], count: 10) == 0)
        }
    }

    @Test(
        "leaves what Martlet's DEL, GC and ADD need: links and leases go with their pods, others' addresses stay theirs"
    )
    func operations() async throws {
        try await withCalico { calico, web, client in
            let node = calico.node
            try await calico.take()
            let configuration = configuration(on: node)
            let next = try await node.pod()
            let result = try await node.add(next, args: podArgs("default", "next"), configuration: configuration)
            #expect(
                Set(web.addresses + client.addresses).isDisjoint(
                    with: result.resultAddresses.map { String($0.prefix { $0 != "/" }) }))
            #expect(try await next.namespace.pings(web.addresses[0]))
            #expect(try await web.pod.namespace.pings(result.resultAddress(ipv6: true)))
            try await node.delete(web.pod, args: podArgs("default", "web"), configuration: configuration)
            #expect(try await node.namespace.link(web.link) == nil)
            try await node.collect(
                keeping: [(next.id, "eth0")], configuration: configuration.merging(["cniVersion": "1.1.0"])
            ).result()
            #expect(try await node.namespace.link(client.link) == nil)
            try await expectEqual(Set(node.ledger.leases().map(\.container)), [next.id])
            #expect(try await node.audit().problems == [])
        }
    }

    @Test("with --dry-run says the same and changes nothing")
    func dryRun() async throws {
        try await withCalico { calico, _, _ in
            let before = try await calico.node.snapshot()
            let text = try await calico.node.ask("import", "calico", "-", "--dry-run", input: calico.export())
            try await expectEqual(calico.node.snapshot().changes(since: before, ignoring: [.neighbours]), "")
            #expect(entries(of: calico.node.data) == [])
            #expect(text.hasSuffix("8 would be taken over, 0 left behind, 0 refused; nothing is changed\n"), "\(text)")
            let done = try await calico.take()
            let rows = { (text: String) in
                text.split(separator: "\n").dropLast().map { $0.split(separator: " ")[0...1] }
            }
            #expect(rows(text) == rows(done))
        }
    }

    @Test("made again changes nothing")
    func again() async throws {
        try await withCalico { calico, _, _ in
            try await calico.take()
            let before = try await calico.node.dump()
            try await calico.take()
            try await expectSame(calico.node.dump(), before)
            #expect(try await calico.node.audit().findings == [])
        }
    }

    @Test("leaves behind what nobody needs, and names it")
    func leaves() async throws {
        try await withCalico { calico, _, _ in
            calico.note { notes in
                notes.give("10.244.0.40", to: "vxlan-tunnel-addr-n1", ["node": "n1", "type": "vxlanTunnelAddress"])
                notes.give("10.244.0.41", to: "windows-reserved-ipam-handle", ["note": "windows host rsvd"])
                notes.give(
                    "10.244.0.42", to: "k8s-pod-network.dead", ["namespace": "default", "node": "n1", "pod": "dead"])
                notes.claim("10.244.7.0/26", for: "n2")
                notes.give(
                    "10.244.7.1", to: "k8s-pod-network.lent", ["namespace": "default", "node": "n1", "pod": "lent"])
                notes.claim(affinityOf: "10.244.9.0/26", for: "n1")
                notes.others.append([
                    "apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy", "metadata": ["name": "a"],
                ])
            }
            let lines = try await calico.take().split(separator: "\n")
            for (subject, reason) in [
                ("10.244.0.40 ", "the end of a tunnel"), ("10.244.0.41 ", "Calico keeps it for Windows"),
                ("10.244.0.42 ", "its pod is not on this node any more"), ("10.244.7.1 ", "not on this node any more"),
                ("affinity 10.244.9.0/26", "nothing of it is in use"), ("NetworkPolicy ", "does not carry it out"),
            ] {
                #expect(
                    lines.contains { $0.hasPrefix(subject) && $0.contains("left behind: ") && $0.contains(reason) },
                    "\(lines)")
            }
            #expect(try await calico.node.ledger.leases().count == 4)
        }
    }

    @Test("takes pods without an orchestrator, whose links are called by their containers")
    func withoutOrchestrator() async throws {
        try await withCalico { calico, _, _ in
            let bare = try await calico.start("bare", "10.244.0.9", isPod: false)
            try await calico.take()
            #expect(try await calico.node.ledger.leases().contains { $0.hostInterface == bare.link })
            #expect(try await calico.node.audit().findings == [])
        }
    }
}

/// A node with two pods of both families that Calico has made.
func withCalico(
    _ body: (CalicoNode, _ web: CalicoNode.Resident, _ client: CalicoNode.Resident) async throws -> Void
) async throws {
    try await withNode(.defaultRoute) { node in
        let calico = CalicoNode(node)
        calico.note { notes in
            notes.pools = [
                CalicoNotes.pool("default-ipv4-ippool", "10.244.0.0/16"),
                CalicoNotes.pool("default-ipv6-ippool", "fd00:10:244::/64"),
            ]
        }
        let web = try await calico.start("web", "10.244.0.5", "fd00:10:244::5")
        let client = try await calico.start("client", "10.244.0.17", "fd00:10:244::17")
        try await body(calico, web, client)
    }
}

extension CalicoNode {
    /// Imports what the datastore says now.
    @discardableResult
    func take() async throws -> String {
        try await node.ask("import", "calico", "-", input: export())
    }
}
