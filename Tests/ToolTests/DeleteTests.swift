import TestKit
import Testing

@Suite("delete")
struct DeleteTests {
    @Test("drains a pool in use: lists what holds it, gives out nothing new, and goes after the last pod and GC")
    func drain() async throws {
        try await withNode { node in
            try await node.ask("ipam", "configure", "--rest-seconds", "0")
            try await node.apply(pool("old", "10.1.0.0/16") + pool("spare", "10.2.0.0/16"))
            let (pod, address) = try await node.start(args: podArgs("default", "web"))
            let text = try await node.ask("delete", "ippool", "old")
            #expect(
                text == """
                    ippool/old is being drained: it goes with the last of its blocks
                      10.1.0.0/26 (n1, 1 lease)
                        default/web

                    """)
            #expect(try await node.namespace.pings(address))
            let (other, next) = try await node.start()
            #expect(next.hasPrefix("10.2.0."))
            // Neither by name nor by address.
            #expect(try await node.failToStart(["ipv4_pools": ["old"]]).message.contains("old"))
            #expect(try await node.failToStart(args: "IP=10.1.0.9").message.contains("being deleted"))
            try await node.delete(pod, configuration: node.bare())
            let configuration = node.bare().merging(["cniVersion": "1.1.0"])
            try await node.collect(keeping: [(other.id, "eth0")], configuration: configuration).result()
            try await expectEqual(node.ask("get", "ippool", "-o", "name"), "ippool/spare\n")
            try await expectEqual(node.namespace.blackholes(), ["10.2.0.0/26"])
        }
    }

    @Test("removes an unused pool, its empty blocks and their routes at once")
    func unused() async throws {
        try await withNode { node in
            try await node.ask("ipam", "configure", "--rest-seconds", "0")
            try await node.apply(pool("old", "10.1.0.0/16"))
            let (pod, _) = try await node.start()
            try await node.delete(pod, configuration: node.bare())
            try await expectEqual(node.ask("delete", "ippool", "old"), "ippool/old deleted\n")
            try await expectEqual(node.namespace.blackholes(), [])
            try await expectEqual(node.ask("get", "ippool", "-o", "name"), "")
            let words = try await node.ledger.rows("SELECT * FROM object")
            #expect(words == [])
        }
    }

    @Test("gives back no block of another pool, and no route of another protocol than the network's")
    func others() async throws {
        try await withNode { node in
            try await node.ask("ipam", "configure", "--rest-seconds", "0")
            try await node.apply(pool("old", "10.1.0.0/16") + pool("spare", "10.2.0.0/16"))
            for name in ["old", "spare"] {
                let wish = node.bare(["ipv4_pools": [.string(name)]]).merging(["route_protocol": 99])
                let pod = try await node.pod()
                try await node.add(pod, configuration: wish)
                try await node.delete(pod, configuration: wish)
            }
            try await expectEqual(node.namespace.blackholes(proto: 99), ["10.1.0.0/26", "10.2.0.0/26"])
            try await node.ask("delete", "ippool", "old", "--route-protocol", "99")
            try await expectEqual(node.namespace.blackholes(proto: 99), ["10.2.0.0/26"])
            try await expectEqual(node.ledger.blocks().map(\.cidr), ["10.2.0.0/26"])
        }
    }

    @Test("of a pool that is being drained is taken back by applying it again")
    func undone() async throws {
        try await withNode { node in
            try await node.apply(pool("old", "10.1.0.0/16"))
            try await node.start()
            try await node.ask("delete", "ippool", "old")
            _ = try await node.failToStart()
            try await expectEqual(node.apply(pool("old", "10.1.0.0/16")), "ippool/old configured\n")
            #expect(try await node.start().address.hasPrefix("10.1.0."))
        }
    }

    @Test("of a pool in a network configuration is refused")
    func configured() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            let before = try await node.dump()
            #expect(try await node.refuse("delete", "ippool", "pool").contains("ipam.pools"))
            let manifest = pool("pool", "10.244.0.0/16", "disabled: true")
            #expect(try await node.refuse("apply", "-f", "-", input: manifest).contains("ipam.pools"))
            try await expectSame(node.dump(), before)
        }
    }

    @Test("of a pool that has left the network configuration is done with --force; it may be declared then")
    func formerlyConfigured() async throws {
        try await withNode { node in
            let (pod, other) = (try await node.pod(), try await node.pod())
            try await node.add(pod)
            #expect(try await node.refuse("delete", "ippool", "pool").contains("--force"))
            let text = try await node.ask("delete", "ippool", "pool", "--force")
            #expect(text.contains("10.244.0.0/26 (n1, 1 lease)"))
            // It stands there still: the next pod brings it back.
            try await node.add(other)
            #expect(try await node.refuse("delete", "ippool", "pool").contains("ipam.pools"))
            try await node.ask("delete", "ippool", "pool", "--force")
            _ = try await node.failToStart()
            try await expectEqual(
                node.apply(ToolTests.pool("pool", "10.244.0.0/16", "natOutgoing: false")), "ippool/pool configured\n")
            try await expectEqual(node.start().address, "10.244.0.2")
        }
    }

    @Test("deletes all or nothing")
    func allOrNothing() async throws {
        try await withNode { node in
            try await node.apply(pool("a", "10.1.0.0/16") + pool("b", "10.2.0.0/16") + reservation("r", "10.1.0.1/32"))
            let before = try await node.dump()
            let text = try await node.refuse("delete", "ippool", "a", "none")
            #expect(text == "Error: there is no IPPool none\nHint: martletctl get ippools\n")
            try await expectSame(node.dump(), before)
            try await expectEqual(node.ask("delete", "ippool", "a", "none", "--skip-not-exists"), "ippool/a deleted\n")
            let rest = pool("b", "10.2.0.0/16") + reservation("r", "10.1.0.1/32")
            try await expectEqual(
                node.ask("delete", "-f", "-", input: rest), "ippool/b deleted\nipreservation/r deleted\n")
            try await expectEqual(node.ledger.rows("SELECT name FROM object UNION SELECT name FROM pool"), [])
            try await expectEqual(node.ledger.rows("SELECT * FROM reservation"), [])
        }
    }

    @Test("wants a kind and a name, or a file")
    func usage() async throws {
        try await withNode { node in
            try await node.apply(pool("a", "10.1.0.0/16"))
            try await node.refuse("delete", status: 64)
            try await node.refuse("delete", "ippool", status: 64)
            try await node.refuse("delete", "thing", "a", status: 64)
            try await node.refuse("delete", "ippool", "a", "-f", "-", status: 64)
        }
    }
}

@Suite("A pool in use")
struct PoolInUseTests {
    @Test(
        "is not given another range or block size; what holds it is listed",
        arguments: [
            pool("one", "10.9.0.0/16", "blockSize: 29"), pool("one", "10.1.0.0/16", "blockSize: 28"),
            pool("one", "10.1.0.0/29", "blockSize: 29"),
        ])
    func refused(manifest: String) async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16", "blockSize: 29"))
            for index in 0..<9 { try await node.start(args: podArgs("shop", "p\(index)")) }
            let before = try await node.dump()
            let text = try await node.refuse("apply", "-f", "-", input: manifest)
            #expect(text.contains("10.1.0.8/29 (n1, 1 lease: shop/p8)"), "\(text)")
            // The block that a smaller range still holds is none of its holders.
            #expect(
                text.contains("10.1.0.0/29 (n1, 8 leases: shop/p0, shop/p1, shop/p2, ...)")
                    != manifest.contains("cidr: 10.1.0.0/29"))
            try await expectSame(node.dump(), before)
        }
    }

    @Test("grows while its pods live")
    func growth() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/30", "blockSize: 30"))
            var first = ""
            for _ in 0..<4 { first = try await node.start().address }
            #expect(try await node.failToStart().message.contains("10.1.0.0/30"))
            try await expectEqual(node.apply(pool("one", "10.1.0.0/24", "blockSize: 30")), "ippool/one configured\n")
            try await expectEqual(node.start().address, "10.1.0.4")
            #expect(try await node.namespace.pings(first))
            // And shrinks to what is in use.
            try await node.apply(pool("one", "10.1.0.0/29", "blockSize: 30"))
            try await expectEqual(node.lines("get", "ippool")[1], "one    10.1.0.0/29   all()")
        }
    }
}
