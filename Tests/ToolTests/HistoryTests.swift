import TestKit
import Testing

@Suite("ipam history")
struct HistoryTests {
    private func tenures(_ node: Node, _ words: String...) async throws -> [Value] {
        let completion = try await node.tool(["ipam", "history", "-o", "json"] + words)
        return try Value(parsing: completion.output).elements
    }

    @Test("tells who has held an address, the latest first, and where a pod has been")
    func tenures() async throws {
        try await withNode { node in
            try await node.ask("ipam", "configure", "--rest-seconds", "0")
            try await node.apply(pool("one", "10.1.0.0/31", "blockSize: 31"))
            let first = try await node.start(args: podArgs("default", "a"))
            try await node.start(args: podArgs("default", "b"))
            try await node.delete(first.pod, configuration: node.bare())
            let second = try await node.start(args: podArgs("default", "c"))
            #expect(first.address == second.address)
            let held = try await tenures(node, "--ip", first.address)
            #expect(held.map { $0["pod"] } == ["default/c", "default/a"])
            #expect(held.map { $0["until"] == .null } == [true, false])
            #expect(held.map { $0["container"].string } == [second.pod.id, first.pod.id])
            try await node.delete(second.pod, configuration: node.bare())
            try await node.start(args: podArgs("default", "a"))
            let been = try await tenures(node, "--pod", "default/a")
            #expect(been.map { $0["ip"].string } == [first.address, first.address])
            #expect(been.map { $0["until"] == .null } == [true, false])
            #expect(been.allSatisfy { ($0["since"].string ?? "") <= ($0["until"].string ?? "9") })
            let lines = try await node.lines("ipam", "history", "--ip", first.address)
            #expect(
                lines[0].split(separator: " ") == ["IP", "POD", "CONTAINER", "INTERFACE", "NODE", "SINCE", "UNTIL"])
            #expect(lines[1].hasSuffix(" -") && lines.count == 5)
        }
    }

    @Test("of what nobody has held is empty; the question must be one")
    func nothing() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            try await expectEqual(tenures(node, "--ip", "10.1.0.9"), [])
            try await expectEqual(tenures(node, "--pod", "default/none"), [])
            try await node.refuse("ipam", "history", status: 64)
            try await node.refuse("ipam", "history", "--ip", "x", status: 64)
            try await node.refuse("ipam", "history", "--pod", "web", status: 64)
            try await node.refuse("ipam", "history", "--pod", "a/b", "--ip", "10.1.0.9", status: 64)
        }
    }

    @Test("has a bounded size and age")
    func bounds() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let (pod, address) = try await node.start()
            try await node.ledger.change(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20223)
                INSERT INTO journal SELECT i, '10.9.0.1', 'n1', 'pods', 'c' || i, 'eth0', NULL, NULL, 0,
                  CASE WHEN i <= 300 THEN unixepoch() - 91 * 86400 ELSE unixepoch() END FROM n
                """)
            try await node.delete(pod, configuration: node.bare())
            // The last 20,000 and no more, of which the oldest are those whose age is over.
            let left = try await node.ledger.rows("SELECT count(*) AS n, min(id) AS first FROM journal")[0]
            #expect(left == ["n": 19924, "first": 301])
            try await expectEqual(tenures(node, "--ip", address).count, 1)
        }
    }
}

@Suite("ipam release")
struct ReleaseTests {
    /// Takes a pod away behind Martlet's back.
    private func lose(_ pod: Pod, _ node: Node, _ hostLink: String) async throws {
        try await node.namespace.ip("link del \(hostLink)")
        pod.namespace.end()
        _ = try await eventually { try await node.namespace.links().allSatisfy { $0.name != hostLink } }
    }

    private func startLost(_ node: Node, _ args: String = "") async throws -> (pod: Pod, address: String) {
        let pod = try await node.pod()
        let result = try await node.add(pod, args: args, configuration: node.bare())
        try await lose(pod, node, try result.resultHostLink())
        return (pod, try result.resultAddress())
    }

    @Test("refuses the address of a living pod and says whose it is, unless forced")
    func living() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let (pod, address) = try await node.start(args: podArgs("default", "web"))
            let text = try await node.refuse("ipam", "release", "--ip", address)
            #expect(text.hasPrefix("Error: the address is that of pod default/web, and it lives: link cali"), "\(text)")
            #expect(text.contains("Hint: delete the pod; --force"))
            #expect(try await node.refuse("ipam", "release", "--container", pod.id).contains("default/web"))
            try await expectEqual(node.ledger.leases().count, 1)
            try await expectEqual(
                node.ask("ipam", "release", "--ip", address, "--force"), "Successfully released IP address \(address)\n"
            )
            try await expectEqual(node.ledger.leases(), [])
            try await expectEqual(
                node.refuse("ipam", "release", "--ip", address), "Error: IP address \(address) is not assigned\n")
        }
    }

    @Test("does not take a pod for dead whose sandbox is still there")
    func sandbox() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: node.bare())
            try await node.namespace.ip("link del \(result.resultHostLink())")
            let text = try await node.refuse("ipam", "release", "--ip", try result.resultAddress())
            #expect(text.contains("container \(pod.id)") && text.contains("sandbox \(pod.path) is there"), "\(text)")
        }
    }

    @Test("frees what a dead pod held: by address, by container, of both families")
    func dead() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16") + pool("six", "fd00:1::/64"))
            let one = try await startLost(node)
            try await expectEqual(
                node.ask("ipam", "release", "--ip", one.address), "Successfully released IP address \(one.address)\n")
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: node.bare(["assign_ipv6": true]))
            try await lose(pod, node, try result.resultHostLink())
            try await expectEqual(
                node.ask("ipam", "release", "--container", pod.id),
                "Successfully released IP address 10.1.0.1\nSuccessfully released IP address fd00:1::\n")
            #expect(try await node.refuse("ipam", "release", "--container", pod.id).contains("holds no address"))
        }
    }

    @Test("frees what a report calls leaked, and nothing that has come to life since")
    func report() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let file = "\(node.folder.path)/leaked.json"
            let leaked = [try await startLost(node), try await startLost(node), try await startLost(node)]
            _ = try await node.start()
            try await node.refuse("ipam", "check", "--report", file)
            // The first comes back under its container ID.
            let again = try await node.pod(id: leaked[0].pod.id)
            let address = try await node.add(again, configuration: node.bare()).resultAddress()
            #expect(address == leaked[0].address)
            let completion = try await node.tool(["ipam", "release", "--from-report", file])
            #expect(completion.status == .exited(1))
            #expect(
                completion.text == "Releasing 3 old IPs...\n"
                    + leaked.dropFirst().map { "Successfully released IP address \($0.address)\n" }.joined())
            #expect(completion.errorText.contains("container \(again.id)"))
            try await expectEqual(node.ledger.leases().count, 2)
            try await node.refuse("ipam", "release", "--from-report", "\(file).none", status: 2)
            try writeFile(file, "{}")
            try await node.refuse("ipam", "release", "--from-report", file, status: 2)
        }
    }

    @Test("wants to know what")
    func usage() async throws {
        try await withNode { node in
            try await node.refuse("ipam", "release", status: 64)
            try await node.refuse("ipam", "release", "--ip", "10.1.0.300", status: 64)
            try await node.refuse("ipam", "release", "--ip", "10.1.0.3", "--container", "x", status: 64)
        }
    }
}
