import TestKit
import Testing

@Suite("apply, create and replace")
struct ApplyTests {
    @Test("say what became of each object")
    func words() async throws {
        try await withNode { node in
            let one = pool("one", "10.1.0.0/16")
            try await expectEqual(node.apply(one), "ippool/one created\n")
            try await expectEqual(node.apply(one), "ippool/one unchanged\n")
            let both = pool("one", "10.1.0.0/16", "disabled: true") + pool("two", "10.2.0.0/16")
            try await expectEqual(node.apply(both), "ippool/one configured\nippool/two created\n")
            try await expectEqual(node.ask("replace", "-f", "-", input: one), "ippool/one configured\n")
            try await expectEqual(
                node.ask("create", "-f", "-", input: pool("three", "10.3.0.0/16")), "ippool/three created\n")
        }
    }

    @Test("of what is there and of what is not are refused, and say what to do")
    func presence() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let before = try await node.dump()
            let create = try await node.refuse("create", "-f", "-", input: pool("one", "10.1.0.0/16"))
            #expect(create == "Error: IPPool one is there already\nHint: use apply or replace\n")
            let replace = try await node.refuse("replace", "-f", "-", input: pool("no", "10.2.0.0/16"))
            #expect(replace == "Error: there is no IPPool no\nHint: use apply or create\n")
            try await expectSame(node.dump(), before)
        }
    }

    @Test(
        "write all objects or none",
        arguments: [
            ("apply", pool("b", "10.1.128.0/17"), "overlaps"), ("create", pool("old", "10.9.0.0/16"), "there already"),
            ("replace", pool("nobody", "10.9.0.0/16"), "there is no"),
            ("apply", pool("b", "10.9.0.0/16", "ipipMode: Always"), "stdin:15:13: spec.ipipMode"),
        ])
    func allOrNothing(verb: String, second: String, reason: String) async throws {
        try await withNode { node in
            try await node.apply(pool("old", "10.0.0.0/24"))
            let before = try await node.dump()
            let first = verb == "replace" ? pool("old", "10.0.0.0/25") : pool("a", "10.1.0.0/16")
            let text = try await node.refuse(verb, "-f", "-", input: first + second)
            #expect(text.contains(reason), "\(text)")
            try await expectSame(node.dump(), before)
        }
    }

    @Test("name file, line and column of what Martlet does not carry out")
    func positions() async throws {
        try await withNode { node in
            let file = "\(node.folder.path)/pools.yaml"
            try writeFile(file, pool("good", "10.1.0.0/16") + pool("bad", "10.2.0.0/16", "vxlanMode: Always"))
            let text = try await node.refuse("apply", "-f", file)
            #expect(text.hasPrefix("Error: \(file):15:14: spec.vxlanMode: expected Never, found \"Always\""), "\(text)")
            // Nothing has been made, not even a ledger.
            #expect(entries(of: node.data) == [])
            try writeFile(file, "kind: IPPool\n  cidr: [")
            #expect(try await node.refuse("apply", "-f", file).contains("\(file):2:"))
            #expect(try await node.refuse("apply", "-f", "\(file).none", status: 2).contains("pools.yaml.none"))
            try await node.refuse("apply", status: 64)
        }
    }

    @Test("with --dry-run show the difference and change nothing")
    func dryRun() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16") + pool("same", "10.3.0.0/16"))
            try await node.start()
            let before = try await node.dump()
            let text = try await node.ask(
                "apply", "--dry-run", "-f", "-",
                input: pool("one", "10.1.0.0/16", "natOutgoing: true") + pool("two", "10.2.0.0/16")
                    + pool("same", "10.3.0.0/16"))
            #expect(text.hasPrefix("ippool/one would be changed:\n-   natOutgoing: false\n+   natOutgoing: true\n"))
            #expect(text.contains("ippool/two would be created:\n+ apiVersion: projectcalico.org/v3\n"))
            #expect(text.hasSuffix("ippool/same would not change\n"))
            let refused = try await node.refuse(
                "apply", "--dry-run", "-f", "-", input: pool("one", "10.1.0.0/16", "blockSize: 30"))
            #expect(refused.contains("10.1.0.0/26 (n1, 1 lease: "), "\(refused)")
            try await expectSame(node.dump(), before)
        }
    }

    @Test("with --dry-run make no ledger")
    func dryRunAlone() async throws {
        try await withNode { node in
            let text = try await node.ask("apply", "--dry-run", "-f", "-", input: pool("one", "10.1.0.0/16"))
            #expect(text.hasPrefix("ippool/one would be created:\n"))
            #expect(entries(of: node.data) == [])
        }
    }

    @Test("take Calico's manifests as they are: several documents, lists, JSON, what servers add")
    func calicos() async throws {
        try await withNode { node in
            let listing = """
                {"apiVersion": "v1", "kind": "List", "items": [
                  {"apiVersion": "crd.projectcalico.org/v1", "kind": "IPPool",
                   "metadata": {"name": "default-ipv4-ippool", "uid": "1", "resourceVersion": "7", "generation": 1},
                   "spec": {"cidr": "10.244.0.0/16", "ipipMode": "Never", "vxlanMode": "Never", "natOutgoing": true,
                            "blockSize": 26, "nodeSelector": "all()", "allowedUses": ["Workload", "Tunnel"]}}]}
                """
            try await expectEqual(node.apply(listing), "ippool/default-ipv4-ippool created\n")
            try await expectEqual(node.apply(listing), "ippool/default-ipv4-ippool unchanged\n")
        }
    }

    @Test(
        "refuse blocks of one address, whose route would hide the pod's, with file, line and column",
        arguments: [("10.1.0.0/24", 32), ("fd00::/120", 128)])
    func singleAddresses(cidr: String, size: Int) async throws {
        try await withNode { node in
            let file = "\(node.folder.path)/pools.yaml"
            try writeFile(file, pool("good", "10.9.0.0/16") + pool("one", cidr, "blockSize: \(size)"))
            let text = try await node.refuse("apply", "-f", file)
            #expect(
                text.hasPrefix("Error: \(file):15:14: spec.blockSize: expected at most \(size - 1), found \(size): "),
                "\(text)")
            #expect(text.contains("\(size - 1) makes blocks of two"), "\(text)")
            #expect(entries(of: node.data) == [])
        }
    }
}

@Suite("Pools of one file")
struct PoolsTogetherTests {
    @Test("may exchange ranges, in whatever order they stand, and those that exchange them in a ring may, too")
    func exchange() async throws {
        try await withNode { node in
            try await node.apply(pool("a", "10.1.0.0/16") + pool("b", "10.2.0.0/16"))
            try await expectEqual(
                node.apply(pool("a", "10.2.0.0/16") + pool("b", "10.1.0.0/16")),
                "ippool/a configured\nippool/b configured\n")
            try await expectEqual(
                node.ask("replace", "-f", "-", input: pool("b", "10.2.0.0/16") + pool("a", "10.1.0.0/16")),
                "ippool/b configured\nippool/a configured\n")
            try await expectEqual(
                node.apply(pool("a", "10.3.0.0/16") + pool("b", "10.1.0.0/16") + pool("c", "10.2.0.0/16")),
                "ippool/a configured\nippool/b configured\nippool/c created\n")
            try await expectEqual(
                node.lines("get", "ippool"),
                [
                    "NAME   CIDR          SELECTOR", "a      10.3.0.0/16   all()", "b      10.1.0.0/16   all()",
                    "c      10.2.0.0/16   all()", "", "",
                ])
            try await expectEqual(node.start().address, "10.3.0.0")
        }
    }

    @Test("may take what another of them gives up, whichever stands first", arguments: [true, false])
    func handOver(takerFirst: Bool) async throws {
        try await withNode { node in
            try await node.apply(pool("old", "10.1.0.0/16"))
            let (_, address) = try await node.start()
            let (taker, giver) = (pool("new", "10.1.128.0/17"), pool("old", "10.1.0.0/17"))
            try await node.apply(takerFirst ? taker + giver : giver + taker)
            #expect(try await node.namespace.pings(address))
            try await expectEqual(
                node.ledger.rows("SELECT name, cidr FROM pool ORDER BY name").map { $0["cidr"] },
                ["10.1.128.0/17", "10.1.0.0/17"])
        }
    }

    @Test("are refused, all of them, where what they come to overlaps, or a pod is in the way")
    func refused() async throws {
        try await withNode { node in
            try await node.apply(pool("a", "10.1.0.0/16") + pool("b", "10.2.0.0/16") + pool("c", "10.3.0.0/16"))
            try await node.start(args: podArgs("default", "web"))
            let before = try await node.dump()
            let overlap = try await node.refuse(
                "apply", "-f", "-", input: pool("b", "10.3.0.0/16") + pool("c", "10.3.128.0/17"))
            #expect(overlap.contains("\"c\" (10.3.128.0/17) overlaps pool \"b\" (10.3.0.0/16)"), "\(overlap)")
            let used = try await node.refuse(
                "apply", "-f", "-", input: pool("b", "10.1.0.0/16") + pool("a", "10.2.0.0/16"))
            #expect(used.contains("10.1.0.0/26 (n1, 1 lease: default/web)"), "\(used)")
            try await expectSame(node.dump(), before)
        }
    }

    @Test("of a network configuration may exchange ranges, too")
    func configured() async throws {
        try await withNode { node in
            func pools(_ one: String, _ other: String) -> Value {
                node.configuration().setting(
                    "ipam.pools", [["name": "a", "cidr": .string(one)], ["name": "b", "cidr": .string(other)]])
            }
            try await node.ask("ipam", "configure", "--rest-seconds", "0")
            let first = pools("10.1.0.0/16", "10.2.0.0/16")
            let pod = try await node.pod()
            try await node.add(pod, configuration: first)
            try await node.delete(pod, configuration: first)
            try await node.ask("ipam", "check", "--fix")
            let second = pools("10.2.0.0/16", "10.1.0.0/16")
            try await expectEqual(
                node.add(try await node.pod(), configuration: second).resultAddress(), "10.2.0.0")
        }
    }
}

@Suite("patch")
struct PatchTests {
    @Test("puts members, removes by null, and leaves the rest")
    func merge() async throws {
        try await withNode { node in
            try await node.apply(
                pool("one", "10.1.0.0/16", "nodeSelector: rack == 'a'", "disabled: true", "blockSize: 28"))
            let patch = #"{"spec": {"natOutgoing": true, "disabled": null}, "metadata": {"labels": {"team": "net"}}}"#
            try await expectEqual(node.ask("patch", "ippool", "one", "-p", patch), "ippool/one configured\n")
            try await expectEqual(node.ask("patch", "ippool", "one", "--patch", patch), "ippool/one unchanged\n")
            let json = try Value(parsing: Array(try await node.ask("get", "ippool", "one", "-o", "json").utf8))
            #expect(json["spec"]["natOutgoing"] == true && json["spec"]["disabled"] == .null)
            #expect(json["spec"]["nodeSelector"] == "rack == 'a'" && json["spec"]["blockSize"] == 28)
            #expect(json["metadata"]["labels"] == ["team": "net"])
        }
    }

    @Test(
        "that would make no valid manifest, or another object, is refused and changes nothing",
        arguments: [
            (#"{"spec": {"cidr": null}}"#, "spec.cidr"), (#"{"spec": {"vxlanMode": "Always"}}"#, "spec.vxlanMode"),
            (#"{"spec": {"nonsense": 1}}"#, "spec.nonsense"), (#"{"metadata": {"name": "two"}}"#, "ippool/two"),
            (#"{"spec": {"cidr": "10.9.0.0/16"}}"#, "10.1.0.0/26 (n1, 1 lease"), (#"{"kind": "Node"}"#, "spec"),
            (#"{"spec": {"blockSize": 30}}"#, "/26, and they cannot become /30"),
        ])
    func refused(patch: String, reason: String) async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            try await node.start()
            let before = try await node.dump()
            let text = try await node.refuse("patch", "ippool", "one", "-p", patch)
            #expect(text.contains(reason), "\(text)")
            try await expectSame(node.dump(), before)
        }
    }

    @Test("of what is not there, or that is no object, is refused")
    func usage() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            #expect(try await node.refuse("patch", "ippool", "no", "-p", "{}").contains("there is no IPPool no"))
            try await node.refuse("patch", "ippool", "one", "-p", "[]", status: 64)
            try await node.refuse("patch", "ippool", "one", "-p", "{", status: 64)
            try await node.refuse("patch", "thing", "one", "-p", "{}", status: 64)
        }
    }

    @Test("with --dry-run shows the difference and changes nothing")
    func dryRun() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let before = try await node.dump()
            let text = try await node.ask(
                "patch", "ippool", "one", "--dry-run", "-p", #"{"spec": {"natOutgoing": true}}"#)
            #expect(text == "ippool/one would be changed:\n-   natOutgoing: false\n+   natOutgoing: true\n")
            try await expectSame(node.dump(), before)
        }
    }
}
