import Glibc
import TestKit
import Testing

/// `martletctl` in a cluster whose registry is a SQLite file.
@Suite("in a cluster")
struct RegistryToolTests {
    @Test("objects are made, shown, patched and deleted in the registry, and the ledger is not touched")
    func roundTrip() async throws {
        try await withCluster { node, registry in
            try await expectEqual(
                node.ask(
                    ["apply", "-f", "-"] + registry, input: pool("one", "10.1.0.0/16") + reservation + bgp + peer + home
                ),
                """
                ippool/one created
                ipreservation/kept created
                bgpconfiguration/default created
                bgppeer/tor created
                node/n1 created

                """)
            try await expectEqual(
                node.ask(["get", "ippool"] + registry), "NAME   CIDR          SELECTOR\none    10.1.0.0/16   all()\n\n")
            try await expectEqual(node.ask(["get", "node", "-o", "name"] + registry), "node/n1\n")
            #expect(try await node.ask(["get", "node", "-o", "wide"] + registry).contains("(65001)"))
            try await expectEqual(
                node.ask(["patch", "ippool", "one", "-p", #"{"spec": {"natOutgoing": true}}"#] + registry),
                "ippool/one configured\n")
            try await expectEqual(
                node.ask(["apply", "-f", "-"] + registry, input: reservation), "ipreservation/kept unchanged\n")
            let manifest = try await node.ask(["get", "ippool", "one", "-o", "yaml"] + registry)
            #expect(manifest.contains("natOutgoing: true"))
            try await expectEqual(
                node.ask(["replace", "-f", "-"] + registry, input: manifest), "ippool/one unchanged\n")
            #expect(
                try await node.refuse(["create", "-f", "-"] + registry, input: manifest).contains(
                    "IPPool one is there already"))
            try await expectEqual(
                node.ask(["delete", "bgppeer", "tor"] + registry), "bgppeer/tor deleted\n")
            #expect(try await node.refuse(["delete", "bgppeer", "tor"] + registry).contains("there is no BGPPeer tor"))
            #expect(entries(of: node.data) == [])
        }
    }

    @Test("what a ledger refuses, a registry refuses, and nothing of the file is written")
    func refusals() async throws {
        try await withCluster { node, registry in
            try await node.ask(["apply", "-f", "-"] + registry, input: pool("one", "10.1.0.0/16"))
            let overlap = try await node.refuse(
                ["apply", "-f", "-"] + registry, input: pool("other", "10.9.0.0/16") + pool("two", "10.1.128.0/17"))
            #expect(overlap.contains("pool \"two\" (10.1.128.0/17) overlaps pool \"one\" (10.1.0.0/16)"))
            try await expectEqual(node.ask(["get", "ippool", "-o", "name"] + registry), "ippool/one\n")
            let rehearsal = try await node.ask(
                ["apply", "--dry-run", "-f", "-"] + registry, input: pool("other", "10.9.0.0/16"))
            #expect(rehearsal.hasPrefix("ippool/other would be created:\n"))
            try await expectEqual(node.ask(["get", "ippool", "-o", "name"] + registry), "ippool/one\n")
        }
    }

    @Test("of two who declare overlapping pools at the same moment one is refused, and nothing of it stays")
    func atOnce() async throws {
        try await withCluster { node, registry in
            try await node.ask(["apply", "-f", "-"] + registry, input: reservation)
            // While somebody holds the file both read, and neither writes.
            async let held = node.namespace.run(
                [
                    "/bin/sh", "-c",
                    "(echo 'BEGIN IMMEDIATE;'; sleep 2; echo 'ROLLBACK;') | sqlite3 \(node.registry)",
                ])
            try await Task.sleep(for: .milliseconds(300))
            async let one = node.tool(["apply", "-f", "-"] + registry, input: pool("one", "10.1.0.0/16"))
            async let two = node.tool(["apply", "-f", "-"] + registry, input: pool("two", "10.1.128.0/17"))
            let answers = try await [one, two]
            #expect(try await held.succeeded)
            let pools = try await node.ask(["get", "ippool", "-o", "name"] + registry)
            let refused = answers.filter { !$0.succeeded }
            #expect(refused.count == 1 && pools.hasPrefix("ippool/") || refused.count == 2 && pools == "", "\(pools)")
            for answer in refused {
                #expect(answer.errorText.contains("which was declared at the same moment"), "\(answer.errorText)")
            }
        }
    }

    @Test("a pool with claimed blocks keeps its block size and all its blocks, and is not deleted; it can be disabled")
    func inUse() async throws {
        try await withCluster { node, registry in
            try await node.ask(["apply", "-f", "-"] + registry, input: pool("one", "10.1.0.0/16"))
            try await node.write("Block", "4-0a018000-26", block("10.1.128.0/26", of: "n7"))
            let smaller = try await node.refuse(
                ["patch", "ippool", "one", "-p", #"{"spec": {"cidr": "10.1.0.0/17"}}"#] + registry)
            #expect(
                smaller.contains("cannot become 10.1.0.0/17, which does not hold all of its blocks: 10.1.128.0/26 (n7)")
            )
            let other = try await node.refuse(
                ["patch", "ippool", "one", "-p", #"{"spec": {"blockSize": 27}}"#] + registry)
            #expect(other.contains("has blocks of /26, and they cannot become /27: 10.1.128.0/26 (n7)"))
            let deleted = try await node.refuse(["delete", "ippool", "one"] + registry)
            #expect(deleted.contains("ippool/one is in use, nodes have 1 block of it: 10.1.128.0/26 (n7)"))
            #expect(deleted.contains("\"disabled\": true"))
            try await node.ask(["patch", "ippool", "one", "-p", #"{"spec": {"disabled": true}}"#] + registry)
            // Who has a block is a node, declared or not.
            try await expectEqual(node.ask(["get", "nodes", "-o", "name"] + registry), "node/n7\n")
        }
    }

    @Test("pools of one file are written so that none overlaps another on the way; a straight exchange is refused")
    func order() async throws {
        try await withCluster { node, registry in
            try await node.ask(
                ["apply", "-f", "-"] + registry, input: pool("a", "10.1.0.0/16") + pool("b", "10.2.0.0/16"))
            try await node.ask(
                ["apply", "-f", "-"] + registry, input: pool("a", "10.2.0.0/16") + pool("b", "10.3.0.0/16"))
            #expect(try await node.ask(["get", "ippool"] + registry).contains("a      10.2.0.0/16"))
            let refusal = try await node.refuse(
                ["apply", "-f", "-"] + registry, input: pool("a", "10.3.0.0/16") + pool("b", "10.2.0.0/16"))
            #expect(refusal.contains("ippool/a, ippool/b exchange ranges"))
        }
    }

    @Test("the agent's configuration names the registry; static means the ledger, nonsense is refused")
    func agentConfiguration() async throws {
        try await withCluster { node, registry in
            try await node.ask(["apply", "-f", "-"] + registry, input: pool("one", "10.1.0.0/16"))
            let file = "\(node.folder.path)/martletd.json"
            func get() async throws -> Completion {
                try await node.tool(["get", "ippool", "-o", "name", "--agent-config", file])
            }
            try writeFile(file, #"{"registry": "\#(registry[1])"}"#)
            try await expectEqual(get().text, "ippool/one\n")
            try writeFile(file, #"{"registry": "static"}"#)
            #expect(try await get().errorText.hasPrefix("Error: there is no ledger in \(node.data)\n"))
            try writeFile(file, #"{"registry": "zookeeper:/x"}"#)
            #expect(
                try await get().errorText
                    == """
                    Error: \(file): registry: expected "static", or sqlite: and an absolute path, found "zookeeper:/x"
                    Hint: another file: --agent-config

                    """)
            try writeFile(file, "{")
            #expect(try await get().errorText.hasPrefix("Error: \(file): "))
            let option = try await node.tool(["get", "ippool", "--registry", "here"])
            #expect(option.status == .exited(64))
            #expect(option.errorText.contains("--registry: expected sqlite: and an absolute path, found here"))
        }
    }

    @Test("a full or read-only disk is said, and nothing half-done stays")
    func disks() async throws {
        try await withNode(.smallDisk) { node in
            let registry = ["--registry", "sqlite:\(node.folder.path)/registry.db"]
            try await node.ask(["apply", "-f", "-"] + registry, input: pool("one", "10.1.0.0/16"))
            try await node.fillDisk()
            let many = (0..<50).map { pool("p\($0)", "10.2.\($0).0/24") }.joined()
            let full = try await node.refuse(["apply", "-f", "-"] + registry, input: many, status: 2)
            #expect(full.contains("there is no room left on the disk of \(node.folder.path)/registry.db; make room"))
            try await node.freeDisk()
            try await node.ask(["apply", "-f", "-"] + registry, input: many)
            try await expectEqual(
                node.ask(["get", "ippool", "-o", "name"] + registry).split(separator: "\n").count, 51)
            try await node.makeDiskReadOnly()
            let refusal = try await node.refuse(["delete", "ippool", "one"] + registry, status: 2)
            #expect(refusal.contains("\(node.folder.path)/registry.db cannot be written"))
        }
    }
}

@Suite("node delete")
struct NodeDeleteTests {
    /// A cluster in which node n7 has two blocks.
    private func withSeven(
        heard: Int, _ body: (Node, [String]) async throws -> Void
    ) async throws {
        try await withCluster { node, registry in
            try await node.ask(["apply", "-f", "-"] + registry, input: home.replacing("n1", with: "n7"))
            try await node.write("Block", "4-0a010000-26", block("10.1.0.0/26", of: "n7"))
            try await node.write("Block", "4-0a010040-26", block("10.1.0.64/26", of: "n8"))
            try await node.write("Block", "4-0a010080-26", block("10.1.0.128/26", of: "n7"))
            try await node.write("Heartbeat", "n7", #"{"at": \#(time(nil) - heard), "node": "n7"}"#)
            try await body(node, registry)
        }
    }

    private func blocks(_ node: Node) async throws -> [[String]] {
        try await node.objects("SELECT body FROM object WHERE kind = 'Block' ORDER BY name").map { body in
            let value = try Value(parsing: Array(body.utf8))
            return [value["cidr"].string ?? "", value["owner"].string ?? "", value["state"].string ?? ""]
        }
    }

    @Test("refuses while the node lives, by whatever option")
    func alive() async throws {
        try await withSeven(heard: 100) { node, registry in
            for options in [[], ["--force"], ["--force", "--reuse"]] {
                let refusal = try await node.refuse(["node", "delete", "n7"] + options + registry)
                #expect(refusal.contains("node n7 lives: it was heard of 10"))
                #expect(refusal.contains("stop its agent"))
            }
            try await expectEqual(blocks(node).count, 3)
        }
    }

    @Test("lists what it would free, and frees nothing without --force")
    func listing() async throws {
        try await withSeven(heard: 200) { node, registry in
            let text = try await node.ask(["node", "delete", "n7"] + registry)
            #expect(
                text.contains("; --force deletes it and frees 2 blocks:\n  10.1.0.0/26 (n7), pool one\n  10.1.0.128/26")
            )
            try await expectEqual(node.ask(["get", "node", "-o", "name"] + registry), "node/n7\nnode/n8\n")
        }
    }

    @Test("--force orphans its blocks for 24 hours, and removes the node and what was heard of it")
    func forced() async throws {
        try await withSeven(heard: 200) { node, registry in
            let text = try await node.ask(["node", "delete", "n7", "--force"] + registry)
            #expect(text.hasPrefix("  10.1.0.0/26 orphaned until 20"))
            #expect(text.hasSuffix("node/n7 deleted\n"))
            try await expectEqual(
                blocks(node),
                [
                    ["10.1.0.0/26", "n7", "orphaned"], ["10.1.0.64/26", "n8", "owned"],
                    ["10.1.0.128/26", "n7", "orphaned"],
                ])
            let times = try await node.objects(
                "SELECT json_extract(body, '$.claimableAt') FROM object WHERE kind = 'Block' AND body LIKE '%orphaned%'"
            )
            for text in times { #expect(abs((Int(text) ?? 0) - time(nil) - 86_400) < 120) }
            #expect(try await node.objects("SELECT name FROM object WHERE kind IN ('Node', 'Heartbeat')") == [])
            // Once the machine is known to be off for good.
            try await node.ask(["node", "delete", "n7", "--force", "--reuse"] + registry)
            try await expectEqual(blocks(node), [["10.1.0.64/26", "n8", "owned"]])
            #expect(try await node.refuse(["node", "delete", "n7"] + registry).contains("there is no node n7"))
        }
    }

    @Test("needs a registry, and --reuse needs --force")
    func usage() async throws {
        try await withNode { node in
            let alone = try await node.namespace.run([Programs.operatorsTool, "node", "delete", "n7"])
            #expect(alone.status == .exited(2))
            #expect(alone.errorText.contains("this node is in no cluster that has a registry"))
            let careless = try await node.namespace.run([Programs.operatorsTool, "node", "delete", "n7", "--reuse"])
            #expect(careless.status == .exited(64))
        }
    }
}
