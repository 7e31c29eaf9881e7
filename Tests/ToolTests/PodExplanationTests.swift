import TestKit
import Testing

@Suite("ipam explain --pod")
struct PodExplanationTests {
    private func explain(_ node: Node, _ words: String...) async throws -> [Value] {
        let completion = try await node.tool(["ipam", "explain", "-o", "json"] + words)
        let pods = try Value(parsing: completion.output)
        try expectEqual(Schema("explain-pod").mistakes(in: pods), [])
        return pods.elements
    }

    @Test("says what the pod holds and who had it before, and agrees with what it gets when it is started anew")
    func anew() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/30", "blockSize: 30") + pool("two", "10.2.0.0/16"))
            try await node.ask("ipam", "configure", "--rest-seconds", "0")
            let old = try await node.start(args: podArgs("default", "old"))
            for _ in 0..<3 { try await node.start() }
            try await node.delete(old.pod, configuration: node.bare())
            let web = try await node.start(args: podArgs("default", "web"))
            #expect(web.address == old.address)
            try await node.ask("ipam", "configure", "--rest-seconds", "180")

            let before = try await node.dump()
            let pods = try await explain(node, "--pod", "default/web")
            try await expectSame(node.dump(), before)
            #expect(pods.count == 1)
            let (held, next) = (pods[0]["holds"][0], pods[0]["anew"][0])
            #expect(pods[0]["container"] == .string(web.pod.id) && pods[0]["network"] == "pods")
            #expect(held["ip"] == .string(web.address) && held["pool"] == "one" && held["block"] == "10.1.0.0/30")
            #expect(held["notes"].strings[0].hasPrefix("default/old had it before, until 20"))
            // What it frees rests, so that the other pool serves.
            #expect(next["verdicts"].elements.map { $0["reason"] } == ["resting", "resting", "gives"])

            try await node.delete(web.pod, configuration: node.bare())
            let again = try await node.start(args: podArgs("default", "web"))
            #expect(next["ip"] == .string(again.address))
        }
    }

    @Test("says what has come to speak against the address since")
    func circumstances() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            try await node.start(args: podArgs("default", "web"))
            try await node.apply(pool("one", "10.1.0.0/16", "disabled: true") + reservation("r", "10.1.0.0/31"))
            let completion = try await node.tool(["ipam", "explain", "--pod", "default/web"])
            #expect(completion.status == .exited(1))
            let lines = completion.text.split(separator: "\n").map(String.init)
            #expect(lines[0].hasPrefix("Pod default/web, interface eth0 of network pods, container "))
            #expect(lines[1].hasPrefix("  holds 10.1.0.0 of block 10.1.0.0/26, pool one, since 20"))
            #expect(
                lines[2...] == [
                    "    nobody is known to have had it before",
                    "    its pool is disabled by now: it stays until the pod goes",
                    "    it is reserved by 10.1.0.0/31 by now, and stays until the pod goes",
                    "Deleted and started anew:",
                    "  IPv4: the next pod gets no address: no IPv4 address left in the pools: pool \"one\" 10.1.0.0/16 has "
                        + "1 block and 0 leases here, 0 blocks elsewhere, 1 reservation, and is disabled",
                    "    pool one (10.1.0.0/16): passed over: it is disabled",
                ])
        }
    }

    @Test("tells each interface of a pod apart, and takes that of a configuration's network")
    func interfaces() async throws {
        try await withNode { node in
            let (pod, args) = (try await node.pod(), podArgs("default", "web"))
            let other = node.configuration(
                ["ipam": ["type": "martlet-ipam", "pools": [["name": "second", "cidr": "10.3.0.0/16"]]]], name: "second"
            )
            try await node.add(pod, args: args)
            try await node.add(pod, ifname: "net1", args: args, configuration: other)
            let all = try await explain(node, "--pod", "default/web")
            #expect(all.map { $0["interface"] } == ["eth0", "net1"])
            #expect(all.map { $0["holds"][0]["ip"] } == ["10.244.0.0", "10.3.0.0"])

            let file = "\(node.folder.path)/net.conflist"
            try writeFile(file, other.text)
            let second = try await explain(node, "--pod", "default/web", "--config", file)
            #expect(second.map { $0["network"] } == ["second"])
            try await node.delete(pod, ifname: "net1", args: args, configuration: other)
            let again = try await node.add(try await node.pod(), args: args, configuration: other).resultAddress()
            #expect(second[0]["anew"][0]["ip"] == .string(again))

            try writeFile(file, other.setting("name", "third").text)
            let text = try await node.refuse("ipam", "explain", "--pod", "default/web", "--config", file)
            #expect(text == "Error: pod default/web holds no address of network third, but of pods, second\n")
        }
    }

    @Test("of a pod that holds nothing is refused, and one that is not named as such is wrong usage")
    func unknown() async throws {
        try await withNode { node in
            try await node.add(try await node.pod(), args: podArgs("default", "web"))
            try await expectEqual(
                node.refuse("ipam", "explain", "--pod", "default/none"),
                """
                Error: pod default/none holds no address on node n1
                Hint: martletctl get wep shows who does, martletctl ipam history --pod default/none what it has had

                """)
            try await node.refuse("ipam", "explain", "--pod", "web", status: 64)
            try await node.refuse("ipam", "explain", "--pod", "a/", status: 64)
        }
    }
}
