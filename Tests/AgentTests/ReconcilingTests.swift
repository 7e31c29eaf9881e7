import TestKit
import Testing

@Suite("The agent keeps the kernel as the ledger says")
struct ReconcilingTests {
    @Test("What is taken away is back within a second", arguments: Accident.all)
    func backWithinASecond(_ accident: Accident) async throws {
        try await withNode([.ipv6]) { node in
            let home = try await Household.make(on: node)
            let agent = try await node.startAgent()
            let before = try await home.settledCondition()
            try await accident.happen(home)
            let isBack = try await eventually(within: .seconds(1)) { try await home.condition() == before }
            let now = try await home.condition()
            #expect(isBack, "\(changes(before, now))\n\(agent.log)")
            #expect(try await host(home, reaches: home.address()))
            #expect(try await host(home, reaches: home.address6()))
        }
    }

    @Test("What is another program's stays as it is, whatever happens beside it")
    func foreign() async throws {
        try await withNode([.ipv6]) { node in
            let home = try await Household.make(on: node)
            try await node.namespace.ip(
                "route add blackhole 10.244.78.0/26 proto 81", "route add blackhole 10.99.0.0/26 proto 80",
                "route add 203.0.113.7/32 dev up0", "route add 10.244.9.0/26 via 192.0.2.77 dev up0 proto bird",
                "route add \(home.address())/32 dev up0 table 100",
                "link add cali0stranger type veth peer name stranger",
                "neigh add 192.0.2.99 lladdr 02:00:00:00:00:99 dev up0")
            try await node.namespace.must(
                "/usr/sbin/nft",
                "add table inet others; add chain inet others forward "
                    + "{ type filter hook forward priority 0; policy accept; }")
            let foreign = try await node.foreignThings()
            let agent = try await node.startAgent()
            try await Accident.all[0].happen(home)
            try await node.namespace.must("/usr/sbin/nft", "delete", "table", "inet", "martlet")
            let isBack = try await eventually(within: .seconds(2)) {
                let table = try await node.namespace.run(["/usr/sbin/nft", "list", "table", "inet", "martlet"])
                let blackholes = try await node.namespace.blackholes()
                return table.succeeded && blackholes.contains(Household.block)
            }
            #expect(isBack, "\(agent.log)")
            #expect(try await node.foreignThings() == foreign)
        }
    }

    @Test("An agent that starts where all is right changes nothing")
    func quietStart() async throws {
        try await withNode([.ipv6]) { node in
            let home = try await Household.make(on: node)
            _ = try await home.settledCondition()
            let (links, tables) = ("\(node.folder.path)/links", "\(node.folder.path)/tables")
            let monitors = [
                try await node.namespace.start("/bin/sh", "-c", "exec ip monitor all > \(links)"),
                try await node.namespace.start("/bin/sh", "-c", "exec nft monitor > \(tables)"),
            ]
            try await Task.sleep(for: .milliseconds(300))
            let agent = try await node.startAgent()
            // The full look comes a second after the first.
            try await Task.sleep(for: .seconds(3))
            #expect(String(decoding: try readFile(links), as: UTF8.self) == "")
            #expect(String(decoding: try readFile(tables), as: UTF8.self) == "")
            #expect(!agent.log.contains("alarm=kernel") && !agent.log.contains("alarm=masquerade"), "\(agent.log)")
            withExtendedLifetime(monitors) {}
        }
    }

    @Test("An agent that comes before the first pod keeps that pod's wires, too")
    func beforeTheLedger() async throws {
        try await withNode([.ipv6]) { node in
            let agent = try await node.startAgent()
            let home = try await Household.make(on: node)
            let before = try await home.settledCondition()
            try await Accident.all[5].happen(home)
            #expect(
                try await eventually(within: .seconds(1)) { try await home.condition() == before }, "\(agent.log)")
        }
    }

    @Test("After a reboot the blackholes are there before BIRD starts")
    func reboot() async throws {
        try await withNode([.ipv6]) { node in
            let home = try await Household.make(on: node)
            // What a reboot leaves is the ledger.
            try await home.delete()
            try await node.namespace.ip("route flush proto 80", "-6 route flush proto 80")
            try await node.ledger.pretendReboot()
            let (bird, seen) = ("\(node.folder.path)/bird", "\(node.folder.path)/seen")
            try writeFile(
                bird,
                """
                #!/bin/sh
                [ "$1" = -p ] || ip route show type blackhole > \(seen)
                exec /usr/sbin/bird "$@"
                """, mode: 0o700)
            let agent = try await node.startAgent(["bird": ["start": "agent", "program": .string(bird)]])
            let control = "\(node.folder.path)/run/bird.ctl"
            #expect(
                try await eventually {
                    try await node.namespace.run(["/usr/sbin/birdc", "-s", control, "show", "status"]).succeeded
                }, "\(agent.log)")
            #expect(String(decoding: try readFile(seen), as: UTF8.self).contains("blackhole \(Household.block)"))
            // It would start BIRD again.
            agent.process.end()
            try await node.namespace.must("/usr/sbin/birdc", "-s", control, "down")
        }
    }

    @Test("Against a program that takes something away each time the agent slows down, and says so")
    func contention() async throws {
        try await withNode { node in
            let home = try await Household.make(on: node)
            let agent = try await node.startAgent()
            let thief = try await node.namespace.start(
                "/bin/sh", "-c",
                "while :; do ip route del blackhole \(Household.block) 2>/dev/null; sleep 0.05; done")
            #expect(
                try await eventually(within: .seconds(15)) {
                    agent.log.contains("blackhole-missing \(Household.block) was put back 5 times in a row")
                }, "\(agent.log)")
            try await Task.sleep(for: .seconds(3))
            #expect(agent.log.components(separatedBy: "put the blackhole routes").count - 1 == 5)
            withExtendedLifetime((home, thief)) {}
        }
    }

    @Test("Forwarding that is to be left alone is left alone, and complained of")
    func leftForwarding() async throws {
        try await withNode([.ipv6]) { node in
            let home = try await Household.make(on: node)
            let agent = try await node.startAgent(["ip_forward": "leave"])
            try await home.host.setSysctl("net/ipv4/ip_forward", "0")
            #expect(try await eventually { agent.log.contains("forwarding-off net.ipv4.ip_forward") }, "\(agent.log)")
            #expect(try await home.host.sysctl("net/ipv4/ip_forward") == "0")
            try await home.host.setSysctl("net/ipv4/ip_forward", "1")
            #expect(try await eventually { agent.log.contains("over: forwarding-off") || agent.log.contains("over: ") })
        }
    }

    @Test("However many pods come and go, the agent looks once a second, and mends nothing")
    func underLoad() async throws {
        try await withNode([.ipv6]) { node in
            let home = try await Household.make(on: node)
            let agent = try await node.startAgent(["log_level": "debug"])
            let pods = try await [node.pod(), node.pod(), node.pod()]
            let (before, start) = (agent.looks, ContinuousClock.now)
            while ContinuousClock.now - start < .seconds(8) {
                try await withThrowingTaskGroup { group in
                    for pod in pods {
                        group.addTask {
                            try await node.add(pod, configuration: node.network)
                            try await node.delete(pod, configuration: node.network)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let seconds = Int((ContinuousClock.now - start).components.seconds) + 1
            // Five may follow one another at once.
            #expect((3...seconds + 5).contains(agent.looks - before), "\(agent.looks - before) in \(seconds) s")
            #expect(!agent.log.contains("found="), "\(agent.log)")
            withExtendedLifetime(home) {}
        }
    }

    @Test("An idle agent costs nothing")
    func idle() async throws {
        try await withNode([.ipv6]) { node in
            let home = try await Household.make(on: node)
            let agent = try await node.startAgent()
            try await Task.sleep(for: .seconds(4))
            let before = try agent.processorTime()
            try await Task.sleep(for: .seconds(20))
            #expect(try agent.processorTime() - before < 0.05)
            withExtendedLifetime(home) {}
        }
    }

    private func host(_ home: Household, reaches address: String) async throws -> Bool {
        try await eventually { try await home.host.pings(address) }
    }
}

/// What differs, for people.
private func changes(_ before: [String], _ now: [String]) -> String {
    (before.filter { !now.contains($0) }.map { "- \($0)" } + now.filter { !before.contains($0) }.map { "+ \($0)" })
        .joined(separator: "\n")
}
