import TestKit
import Testing

@Suite("ipam split")
struct SplitTests {
    @Test("parts a pool under its pods: blocks, leases and freed addresses live on, and the next pod starts")
    func split() async throws {
        try await withNode { node in
            try await node.ask("ipam", "configure", "--rest-seconds", "0")
            try await node.apply(
                pool("one", "10.1.0.0/28", "blockSize: 30", "natOutgoing: true")
                    + reservation("r", "10.1.0.8/32"))
            var pods: [(pod: Pod, address: String)] = []
            for _ in 0..<7 { pods.append(try await node.start()) }
            try await node.delete(pods[5].pod, configuration: node.bare())
            let leases = try await node.ledger.leases()
            try await expectEqual(
                node.ask("ipam", "split", "2", "--name", "one"),
                """
                IP Pool one was successfully split into 2 smaller pools.
                Created split-one-0 with CIDR 10.1.0.0/29.
                Created split-one-1 with CIDR 10.1.0.8/29.

                """)
            try await expectEqual(node.ledger.leases(), leases)
            try await expectEqual(
                node.lines("get", "ippool", "-o", "wide"),
                [
                    "NAME          CIDR          NAT    IPIPMODE   VXLANMODE   DISABLED   DISABLEBGPEXPORT   SELECTOR",
                    "split-one-0   10.1.0.0/29   true   Never      Never       false      false              all()",
                    "split-one-1   10.1.0.8/29   true   Never      Never       false      false              all()",
                    "", "",
                ])
            try await expectEqual(node.ask("ipam", "check", "--grace", "0", "-o", "name"), "")
            for (_, address) in pods where address != pods[5].address {
                #expect(try await node.namespace.pings(address))
            }
            // The last of the first part's, the freed one, and then the first of the second part that is not reserved.
            var next: [String] = []
            for _ in 0..<3 { next.append(try await node.start().address) }
            #expect(next == ["10.1.0.7", "10.1.0.5", "10.1.0.9"])
            for (pod, _) in pods { try await node.delete(pod, configuration: node.bare()) }
            try await expectEqual(node.ask("ipam", "check", "--fix", "--grace", "0", "-o", "name"), "")
            try await expectEqual(
                node.ledger.rows(
                    "SELECT 1 FROM block JOIN pool ON pool.id = block.pool WHERE block.first NOT BETWEEN pool.first AND pool.last"
                ), [])
        }
    }

    @Test("names a pool of either family by its range as well, and keeps what its manifest says")
    func byRange() async throws {
        try await withNode { node in
            try await node.apply(
                """
                apiVersion: projectcalico.org/v3
                kind: IPPool
                metadata: {name: six, labels: {team: net}}
                spec: {cidr: "fd00:1::/64", disabled: true, nodeSelector: has(rack), allowedUses: [Workload]}
                """)
            try await node.ask("ipam", "split", "4", "--cidr", "fd00:1::/64")
            let part = try Value(
                parsing: Array(try await node.ask("get", "ippool", "split-six-3", "-o", "json").utf8))
            #expect(part["spec"]["cidr"] == "fd00:1:0:0:c000::/66")
            #expect(part["metadata"]["labels"] == ["team": "net"])
            #expect(part["spec"]["disabled"] == true && part["spec"]["nodeSelector"] == "has(rack)")
            #expect(part["spec"]["allowedUses"] == ["Workload"] && part["spec"]["blockSize"] == 122)
            try await expectEqual(node.ask("get", "ippool", "-o", "name").split(separator: "\n").count, 4)
            try await expectEqual(node.ledger.rows("SELECT name FROM object WHERE name = 'six'"), [])
        }
    }

    @Test("with --dry-run says what it would do, and changes nothing")
    func dryRun() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            try await node.start()
            let before = try await node.dump()
            try await expectEqual(
                node.ask("ipam", "split", "2", "--name", "one", "--dry-run"),
                """
                IP Pool one would be split into 2 smaller pools.
                Would create split-one-0 with CIDR 10.1.0.0/17.
                Would create split-one-1 with CIDR 10.1.128.0/17.

                """)
            try await expectSame(node.dump(), before)
        }
    }

    @Test(
        "refuses what cannot be, says what could, and changes nothing",
        arguments: [
            ("3 --name one", "expected a power of two from 2 on, found 3"), ("1 --name one", "found 1"),
            ("0 --name one", "found 0"),
            (
                "8 --name one",
                "8 parts of 10.1.0.0/24 would be smaller than a block of /26; at most 4 are not"
            ),
            ("2 --name tiny", "would be smaller than a block of /26: the pool has one block"),
            ("2048 --cidr fd00::/48", "expected at most 1024 parts, found 2048"),
            ("2 --name none", "there is no IPPool none\nHint: martletctl get ippools"),
            ("2 --cidr 10.1.0.0/25", "there is no IPPool with the range 10.1.0.0/25"),
            ("2 --name gone", "is being deleted; apply it again to keep it"),
            ("2 --name pool", "stands in a network configuration (ipam.pools)"),
            ("2 --name twin", "there is a pool \"split-twin-1\" already"),
        ])
    func refused(words: String, reason: String) async throws {
        try await withNode { node in
            try await node.apply(pool("gone", "10.3.0.0/16"))
            try await node.start()
            try await node.ask("delete", "ippool", "gone")
            try await node.add(try await node.pod())
            try await node.apply(
                pool("one", "10.1.0.0/24") + pool("tiny", "10.2.0.0/26") + pool("six", "fd00::/48")
                    + pool("twin", "10.4.0.0/16") + pool("split-twin-1", "10.5.0.0/16"))
            let before = try await node.dump()
            let completion = try await node.tool(["ipam", "split"] + words.split(separator: " ").map(String.init))
            #expect(completion.status == .exited(1), "\(completion.text)")
            #expect(completion.errorText.contains(reason), "\(completion.errorText)")
            try await expectSame(node.dump(), before)
        }
    }

    @Test("parts a pool that has left the network configuration with --force")
    func formerlyConfigured() async throws {
        try await withNode { node in
            let (_, address) = try await node.start(["pools": [["name": "conf", "cidr": "10.1.0.0/16"]]])
            #expect(try await node.refuse("ipam", "split", "2", "--name", "conf").contains("--force"))
            try await node.ask("ipam", "split", "2", "--name", "conf", "--force")
            try await expectEqual(node.start().address, "10.1.0.1")
            #expect(try await node.namespace.pings(address))
            try await node.ask("delete", "ippool", "split-conf-1")
        }
    }

    @Test("wants a number, and a pool by name or by range")
    func usage() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            try await node.refuse("ipam", "split", "--name", "one", status: 64)
            try await node.refuse("ipam", "split", "two", "--name", "one", status: 64)
            try await node.refuse("ipam", "split", "2", status: 64)
            try await node.refuse("ipam", "split", "2", "--name", "one", "--cidr", "10.1.0.0/16", status: 64)
            #expect(
                try await node.refuse("ipam", "split", "2", "--cidr", "10.1.0.1/16", status: 64).contains("--cidr: "))
        }
    }
}
