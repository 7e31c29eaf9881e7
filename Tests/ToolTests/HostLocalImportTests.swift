import TestKit
import Testing

@Suite("import host-local")
struct HostLocalImportTests {
    private static let manifest = pool("pods", "10.1.0.0/24") + pool("six", "fd01::/64")

    private func folder(_ node: Node) -> String { "\(node.folder.path)/host-local/net" }

    /// Debian's ptp with host-local, both families.
    private func before(_ node: Node) -> Value {
        [
            "cniVersion": "1.0.0", "name": "net", "type": "ptp",
            "ipam": [
                "type": "host-local", "dataDir": .string("\(node.folder.path)/host-local"),
                "ranges": [[["subnet": "10.1.0.0/24"]], [["subnet": "fd01::/64"]]],
            ],
        ]
    }

    /// The same plugin with martlet-ipam.
    private func after(_ node: Node) -> Value {
        [
            "cniVersion": "1.0.0", "name": "net", "type": "ptp", "data_dir": .string(node.data),
            "nodename": .string(node.name),
            "ipam": [
                "type": "martlet-ipam", "assign_ipv6": true,
                "pools": [["name": "pods", "cidr": "10.1.0.0/24"], ["name": "six", "cidr": "fd01::/64"]],
            ],
        ]
    }

    @Test("takes over living pods: they go on answering, nobody else gets their addresses, and DEL frees them")
    func takesOver() async throws {
        try await withNode { node in
            let (one, two) = (try await node.pod(), try await node.pod())
            let first = try await node.add(one, configuration: before(node))
            let second = try await node.add(two, configuration: before(node))
            try await node.apply(Self.manifest)
            let files = fileLines(below: folder(node))
            let text = try await node.ask("import", "host-local", folder(node))
            #expect(text.hasSuffix("4 taken over, 0 left behind, 0 refused\n"), "\(text)")
            #expect(fileLines(below: folder(node)) == files)
            try await expectEqual(
                node.ledger.leases().map { "\($0.address) \($0.network) \($0.container) \($0.ifname)" },
                try [(one, first), (two, second)].flatMap { pod, result in
                    try [false, true].map { "\(try result.resultAddress(ipv6: $0)) net \(pod.id) eth0" }
                }.sorted())
            let audit = try await node.audit()
            #expect(audit.problems == [])
            let next = try await node.pod()
            let third = try await node.add(next, configuration: after(node))
            let addresses = try [first, second, third].flatMap {
                try [$0.resultAddress(), $0.resultAddress(ipv6: true)]
            }
            #expect(Set(addresses).count == 6, "\(addresses)")
            for address in addresses { #expect(try await eventually { try await node.namespace.pings(address) }) }
            try await node.delete(one, configuration: after(node))
            try await expectEqual(Set(node.ledger.leases().map(\.container)), [two.id, next.id])
            #expect(try await node.audit().problems == [])
        }
    }

    @Test("with --dry-run says the same and changes nothing; made again it changes nothing either")
    func dryRun() async throws {
        try await withNode { node in
            try await node.add(try await node.pod(), configuration: before(node))
            try await node.apply(Self.manifest)
            let before = try await node.dump()
            let text = try await node.ask("import", "host-local", folder(node), "--dry-run")
            #expect(text.hasSuffix("2 would be taken over, 0 left behind, 0 refused; nothing is changed\n"), "\(text)")
            try await expectSame(node.dump(), before)
            try await node.ask("import", "host-local", folder(node))
            let done = try await node.dump()
            try await node.ask("import", "host-local", folder(node))
            try await expectSame(node.dump(), done)
        }
    }

    @Test("reads what any version has written: with and without an interface, and names of another network")
    func records() async throws {
        try await withNode { node in
            try await node.apply(Self.manifest)
            for (name, text) in [
                ("10.1.0.2", "old"), ("10.1.0.3", "new\r\neth1"), ("10.1.0.4", "newer\neth0"),
                ("fd01::4", "newer\neth0"),
                ("last_reserved_ip.0", "10.1.0.4"), ("lock", ""),
            ] {
                try await node.namespace.must("/bin/mkdir", "-p", folder(node))
                try writeFile("\(folder(node))/\(name)", text)
            }
            try await node.ask("import", "host-local", folder(node) + "/", "--network", "mine")
            try await expectEqual(
                node.ledger.leases().map { "\($0.address) \($0.network) \($0.container) \($0.ifname)" },
                [
                    "10.1.0.2 mine old eth0", "10.1.0.3 mine new eth1", "10.1.0.4 mine newer eth0",
                    "fd01::4 mine newer eth0",
                ])
        }
    }

    @Test("names each that it cannot take over, and takes over none")
    func refusals() async throws {
        try await withNode { node in
            try await node.apply(pool("pods", "10.1.0.0/24") + pool("routed", "10.2.0.0/24"))
            // A pod of Martlet's own: its block is announced.
            let (pod, address) = try await node.start(["ipv4_pools": ["routed"]])
            for (name, text) in [
                ("10.1.0.2", "good\neth0"), ("10.1.0.3", "good\neth0"), ("10.9.0.1", "far\neth0"),
                (address, "thief\neth0"), ("10.2.0.9", "mixed\neth0"),
            ] {
                try await node.namespace.must("/bin/mkdir", "-p", folder(node))
                try writeFile("\(folder(node))/\(name)", text)
            }
            let before = try await node.dump()
            for words in [["--dry-run"], []] {
                let done = try await node.tool(["import", "host-local", folder(node)] + words)
                #expect(done.status == .exited(1))
                let lines = done.text.split(separator: "\n")
                for (subject, reason) in [
                    ("10.1.0.3", "its interface has 10.1.0.2, too"), ("10.9.0.1", "it is in no pool"),
                    (address, "leased to container \(pod.id)"), ("10.2.0.9", "or announced"),
                ] {
                    #expect(
                        lines.contains {
                            $0.hasPrefix(subject + " ") && $0.contains("refused: ") && $0.contains(reason)
                        },
                        "\(subject): \(done.text)")
                }
                #expect(done.text.contains("4 refused; nothing is changed"))
            }
            try await expectSame(node.dump(), before)
        }
    }

    @Test(
        "of a folder that is none of host-local's is refused",
        arguments: [("notes.txt", "x", "its name is no address"), ("10.1.0.2", "", "names no container")])
    func strange(name: String, text: String, reason: String) async throws {
        try await withNode { node in
            try await node.apply(Self.manifest)
            try await node.namespace.must("/bin/mkdir", "-p", folder(node))
            try writeFile("\(folder(node))/\(name)", text)
            let errors = try await node.refuse("import", "host-local", folder(node))
            #expect(errors.contains("\(folder(node))/\(name)") && errors.contains(reason), "\(errors)")
            let none = try await node.refuse("import", "host-local", folder(node) + "/none", status: 2)
            #expect(none.contains("No such file or directory"), "\(none)")
        }
    }
}
