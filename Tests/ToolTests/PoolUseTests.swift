import TestKit
import Testing

@Suite("Pools in action")
struct PoolUseTests {
    @Test(
        "serve the nodes whose labels their selector matches",
        arguments: [
            ("rack == 'r1'", true), ("rack != 'r1'", false), ("has(rack) && zone in {'a', 'b'}", true),
            ("!has(gpu)", true), ("gpu == 'yes'", false), ("kubernetes.io/hostname == 'n1'", true),
            ("kubernetes.io/hostname starts with 'm'", false), ("all()", true),
        ])
    func selectors(selector: String, isServed: Bool) async throws {
        try await withNode { node in
            try await node.apply(
                pool("one", "10.1.0.0/16", "nodeSelector: \"\(selector)\"")
                    + ToolTests.node("n1", labels: "{rack: r1, zone: b}"))
            if isServed {
                try await expectEqual(node.start().address, "10.1.0.0")
            } else {
                let error = try await node.failToStart()
                #expect(error.message.contains("is for other nodes (nodeSelector "), "\(error)")
            }
        }
    }

    @Test("know a node without a Node object by its name, and by its labels as soon as it has one")
    func labelsLive() async throws {
        try await withNode { node in
            try await node.apply(
                pool("one", "10.1.0.0/16", "nodeSelector: kubernetes.io/hostname == 'n1'")
                    + pool("two", "10.2.0.0/16", "nodeSelector: rack == 'r2'"))
            try await expectEqual(node.start().address, "10.1.0.0")
            try await node.apply(ToolTests.node("n1", labels: "{rack: r2, kubernetes.io/hostname: other}"))
            try await expectEqual(node.start().address, "10.2.0.0")
        }
    }

    @Test("with assignmentMode Manual serve only those who name them, by configuration or annotation")
    func manual() async throws {
        try await withNode { node in
            try await node.apply(
                pool("asked", "10.1.0.0/16", "assignmentMode: Manual", "nodeSelector: rack == 'elsewhere'")
                    + pool("free", "10.2.0.0/16"))
            try await expectEqual(node.start().address, "10.2.0.0")
            try await expectEqual(node.start(["ipv4_pools": ["asked"]]).address, "10.1.0.0")
            try await expectEqual(node.start(["ipv4_pools": ["10.1.0.0/16"]]).address, "10.1.0.1")
            let annotated = node.bare().merging([
                "capabilities": ["io.kubernetes.cri.pod-annotations": true],
                "runtimeConfig": [
                    "io.kubernetes.cri.pod-annotations": ["cni.projectcalico.org/ipv4pools": #"["asked"]"#]
                ],
            ])
            let result = try await node.add(try await node.pod(), configuration: annotated)
            try expectEqual(result.resultAddress(), "10.1.0.2")
            try await node.ask("delete", "ippool", "free")
            #expect(try await node.failToStart().message.contains("assignmentMode Manual"))
        }
    }

    @Test("that are disabled give nothing, not even by name or address, and their pods live on")
    func disabled() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16") + pool("two", "10.2.0.0/16"))
            let (pod, address) = try await node.start()
            try await node.ask("patch", "ippool", "one", "-p", #"{"spec": {"disabled": true}}"#)
            try await expectEqual(node.start().address, "10.2.0.0")
            #expect(try await node.failToStart(["ipv4_pools": ["one"]]).message.contains("one"))
            #expect(try await node.failToStart(args: "IP=10.1.0.9").message.contains("disabled"))
            #expect(try await node.namespace.pings(address))
            try await node.delete(pod, configuration: node.bare())
        }
    }

    @Test("are used in the order of their names, or of the configuration's list")
    func order() async throws {
        try await withNode { node in
            try await node.apply(
                pool("b", "10.2.0.0/31", "blockSize: 31") + pool("a", "10.1.0.0/31", "blockSize: 31"))
            var all: [String] = []
            for _ in 0..<4 { all.append(try await node.start().address) }
            #expect(all == ["10.1.0.0", "10.1.0.1", "10.2.0.0", "10.2.0.1"])
            let error = try await node.failToStart()
            #expect(error.message.contains("\"a\" 10.1.0.0/31") && error.message.contains("\"b\" 10.2.0.0/31"))
        }
        try await withNode { node in
            try await node.apply(pool("b", "10.2.0.0/16") + pool("a", "10.1.0.0/16"))
            try await expectEqual(node.start(["ipv4_pools": ["b", "a"]]).address, "10.2.0.0")
        }
    }

    @Test("of IPv6 serve as those of IPv4 do")
    func ipv6() async throws {
        try await withNode { node in
            try await node.apply(pool("six", "fd00:1::/64", "blockSize: 126") + pool("four", "10.1.0.0/16"))
            let both: [String: Value] = ["assign_ipv6": true]
            let result = try await node.add(try await node.pod(), configuration: node.bare(both))
            #expect(result.resultAddresses == ["10.1.0.0/32", "fd00:1::/128"])
            try await expectEqual(node.namespace.blackholes(), ["10.1.0.0/26", "fd00:1::/126"])
            try await expectEqual(node.ledger.blocks().map(\.cidr), ["10.1.0.0/26", "fd00:1::/126"])
        }
    }

    @Test("leave out what is reserved, whoever asks")
    func reservations() async throws {
        try await withNode { node in
            try await node.apply(
                pool("one", "10.1.0.0/29", "blockSize: 29") + reservation("r", "10.1.0.0/30", "10.1.0.6"))
            var all: Set<String> = []
            for _ in 0..<3 { all.insert(try await node.start().address) }
            #expect(all == ["10.1.0.4", "10.1.0.5", "10.1.0.7"])
            #expect(try await node.failToStart().message.contains("2 reservations"))
            let error = try await node.failToStart(args: "IP=10.1.0.2")
            #expect(error.message.contains("10.1.0.2 is reserved by 10.1.0.0/30"))
            try await node.ask("delete", "ipreservation", "r")
            try await expectEqual(node.start(args: "IP=10.1.0.2").address, "10.1.0.2")
        }
    }

    @Test("give out what was reserved once it is not any more, though later addresses of its block were given out")
    func endOfReservation() async throws {
        try await withNode { node in
            try await node.apply(
                pool("one", "10.1.0.0/29", "blockSize: 29") + reservation("r", "10.1.0.1", "10.1.0.2/31"))
            let (first, _) = try await node.start()
            try await expectEqual(node.start().address, "10.1.0.4")
            try await node.delete(first, configuration: node.bare())
            try await node.apply(reservation("r", "10.1.0.2"))
            var all: [String] = []
            for _ in 0..<6 { all.append(try await node.start().address) }
            // 10.1.0.0 rests, and comes last.
            #expect(all == ["10.1.0.1", "10.1.0.3", "10.1.0.5", "10.1.0.6", "10.1.0.7", "10.1.0.0"])
            try await node.ask("delete", "ipreservation", "r")
            try await expectEqual(node.start().address, "10.1.0.2")
        }
    }

    @Test("never get their last address from two objects: overlapping pools are refused")
    func overlap() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let text = try await node.refuse("apply", "-f", "-", input: pool("two", "10.1.7.0/24"))
            #expect(text.contains("\"two\" (10.1.7.0/24) overlaps pool \"one\" (10.1.0.0/16)"), "\(text)")
        }
    }
}

@Suite("ipam configure")
struct ConfigureTests {
    @Test("limits blocks; the error names the setting, and 0 lifts the limit")
    func limit() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16", "blockSize: 31"))
            try await node.ask("ipam", "configure", "--max-blocks-per-host", "1")
            for _ in 0..<2 { try await node.start() }
            let error = try await node.failToStart()
            #expect(
                error.message.contains(
                    "the limit of 1 blocks (martletctl ipam configure --max-blocks-per-host) is reached"))
            let asked = try await node.failToStart(args: "IP=10.1.0.9")
            #expect(asked.message.contains("the limit of 1 blocks (martletctl ipam configure --max-blocks-per-host)"))
            // The network configuration's word comes first.
            try await expectEqual(node.start(["max_blocks_per_host": 2]).address, "10.1.0.2")
            let configured = try await node.failToStart(["max_blocks_per_host": 2], args: "IP=10.1.0.9")
            #expect(configured.message.contains("the limit of 2 blocks (ipam.max_blocks_per_host)"))
            try await node.ask("ipam", "configure", "--max-blocks-per-host", "0")
            for _ in 0..<2 { try await node.start() }
        }
    }

    @Test("sets how long a freed address rests")
    func rest() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16", "blockSize: 31"))
            let pods = [try await node.start(), try await node.start()]
            try await node.delete(pods[0].pod, configuration: node.bare())
            try await expectEqual(node.start().address, "10.1.0.2")
            try await expectEqual(
                node.ask("ipam", "configure", "--rest-seconds", "0"), "Successfully set RestSeconds to: 0\n")
            try await node.start()
            try await expectEqual(node.start().address, pods[0].address)
        }
    }

    @Test("wants something to set, within its range")
    func usage() async throws {
        try await withNode { node in
            try await node.refuse("ipam", "configure", status: 64)
            try await node.refuse("ipam", "configure", "--max-blocks-per-host=-1", status: 64)
            try await node.refuse("ipam", "configure", "--rest-seconds", "86401", status: 64)
            #expect(entries(of: node.data) == [])
        }
    }
}
