import Foundation
import Glibc
import TestKit
import Testing

/// What happens to traffic when agents, BIRDs, links and nodes go and come back.
@Suite struct AccidentTests {
    /// How long pings go on, in seconds.
    private static let length = 30

    @Test("an agent that is killed and starts again costs no packet, and no kernel loses a block's route")
    func agentKilled() async throws {
        try await Lab.with { lab in
            let monitors = try await Watched(lab)
            let lost = try await lab.losses {
                try await lab("agent", "kill", "node2")
                try await Task.sleep(for: .seconds(Self.length / 2))
                try await lab("agent", "start", "node2")
                try await Task.sleep(for: .seconds(Self.length / 2))
            }
            #expect(lost == 0)
            #expect(try await monitors.deletions() == [])
        }
    }

    @Test("without its agent a node goes on starting and stopping pods, which others reach")
    func agentAway() async throws {
        try await Lab.with { lab in
            _ = try await lab.start("pod1", on: "node1")
            _ = try await lab.start("pod2", on: "node2")
            try await lab("agent", "stop", "node2")
            let address = try await lab.start("pod3", on: "node2")[0]
            #expect(try await lab.pings("pod1", address))
            try await lab("pod", "del", "pod3")
            #expect(try await lab.pings("pod1", address) == false)
        }
    }

    @Test("a BIRD that is killed is started again and takes up its routes: no packet and no route is lost")
    func birdKilled() async throws {
        try await Lab.with { lab in
            let monitors = try await Watched(lab)
            let lost = try await lab.losses {
                try await lab("bird", "kill", "node2")
                try await lab("bird", "start", "node2")
                try await Task.sleep(for: .seconds(Self.length))
            }
            #expect(lost == 0)
            #expect(try await monitors.deletions() == [])
            #expect(try await lab.areEstablished())
        }
    }

    @Test("BIRD restarted by its own command, as for an upgrade, costs no packet and no route")
    func birdRestarted() async throws {
        try await Lab.with { lab in
            let monitors = try await Watched(lab)
            let lost = try await lab.losses {
                try await lab("bird", "restart", "node2")
                try await Task.sleep(for: .seconds(Self.length))
            }
            #expect(lost == 0)
            #expect(try await monitors.deletions() == [])
            #expect(try await lab.areEstablished())
        }
    }

    @Test("a node whose link is cut for a while is back as soon as the link is")
    func linkDown() async throws {
        try await Lab.with { lab in
            _ = try await lab.start("pod1", on: "node1")
            let address = try await lab.start("pod2", on: "node2")[0]
            #expect(try await eventually { try await lab.pings("pod1", address) })
            try await lab.on("node2", "ip", "link", "set", "ens33", "down")
            #expect(try await lab.pings("pod1", address) == false)
            try await lab.on("node2", "ip", "link", "set", "ens33", "up")
            // Setting it down has taken the default route, too, which is the machine's affair.
            #expect(try await eventually(within: .seconds(20)) { try await lab.pings("pod1", address) })
            #expect(try await eventually(within: .seconds(20)) { try await lab.areEstablished() })
        }
    }

    @Test("a node that is gone is forgotten when its hold time is over")
    func nodeGone() async throws {
        try await Lab.with { lab in
            let block = try await lab.blocks()["node2"] ?? ""
            #expect(
                try await eventually { try await lab.lines("node1", "ip", "route").contains { $0.hasPrefix(block) } })
            try await lab.must("ip netns exec lab-wire ip link set port2 down")
            #expect(
                try await eventually(within: .seconds(15)) {
                    try await lab.lines("node1", "ip", "route").contains { $0.hasPrefix(block) } == false
                })
        }
    }

    @Test("a node whose address changes is found at the new one")
    func addressChanged() async throws {
        try await Lab.with { lab in
            _ = try await lab.start("pod1", on: "node1")
            let address = try await lab.start("pod2", on: "node2")[0]
            #expect(try await eventually { try await lab.pings("pod1", address) })
            // With this setting the second address stays when the first goes.
            try await lab.on("node2", "sysctl", "-qw", "net.ipv4.conf.ens33.promote_secondaries=1")
            try await lab.on("node2", "ip", "address", "add", "192.168.0.182/24", "dev", "ens33")
            try await lab.on("node2", "ip", "address", "delete", "192.168.0.82/24", "dev", "ens33")
            #expect(
                try await eventually(within: .seconds(30)) {
                    try await lab.on("node1", "birdc", "show", "protocols").contains("Mesh_192_168_0_182")
                })
            #expect(try await eventually(within: .seconds(30)) { try await lab.pings("pod1", address) })
        }
    }

    @Test("a node whose clock is set forth and back by a day keeps its sessions, starts pods and loses no packet")
    func clockStepped() async throws {
        try await Lab.with { lab in
            try await lab.startWithOwnClock("node2")
            #expect(try await eventually(within: .seconds(20)) { try await lab.areEstablished() })
            let sessions = try await lab.sessions(of: "master")
            let lost = try await lab.losses {
                for step in ["+1d", "-1d"] {
                    try await lab.must("echo \(step) >\(Lab.clock)")
                    try await Task.sleep(for: .seconds(Self.length / 2))
                    let address = try await lab.start(step == "+1d" ? "tomorrow" : "yesterday", on: "node2")[0]
                    #expect(try await lab.pings("pod1", address))
                    // That the step was heard of.
                    let here = try await lab.on("node1", "birdc", "show", "status").words(after: "time is")
                    let there = try await lab.on("node2", "birdc", "show", "status").words(after: "time is")
                    #expect(step == "+1d" ? there > here : there < here, "\(there) \(here)")
                }
            }
            #expect(lost == 0)
            #expect(try await lab.areEstablished())
            #expect(try await lab.sessions(of: "master") == sessions)
            let audit = try await lab.run([Lab.script, "exec", "node2", "martletctl", "ipam", "check"])
            #expect(audit.succeeded, "\(audit.text)")
        }
    }

    @Test("64 pods started at once on each node get addresses, reach others, and get back routes that go all at once")
    func crowd() async throws {
        try await Lab.with { lab in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for node in Lab.nodes {
                    group.addTask {
                        try await lab.must(
                            "for i in $(seq 64); do \(Lab.script) pod add \(node) \(node)-$i & done; wait")
                    }
                }
                try await group.waitForAll()
            }
            let started = try await lab.must("ls /run/lab/pods").split(separator: "\n")
            #expect(started.count == 192)
            // As when systemd-networkd starts anew and takes away what it does not know.
            try await lab.on("node1", "sh", "-c", "ip route | grep 'dev cali' | sed 's/^/route delete /' | ip -batch -")
            #expect(
                try await eventually(within: .seconds(3)) {
                    try await lab.lines("node1", "ip", "route").count { $0.contains("dev cali") } == 64
                })
            let target = try await lab.on("node1-64", "ip", "-4", "-o", "address", "show", "dev", "eth0").words[3]
            #expect(try await eventually { try await lab.pings("node2-64", String(target.prefix { $0 != "/" })) })
        }
    }
}

/// What the kernels of all nodes say of routes, from now on.
private struct Watched {
    private let lab: Lab

    init(_ lab: Lab) async throws {
        self.lab = lab
        for node in Lab.nodes {
            try await lab.must(
                "setsid --fork nsenter --net=/run/netns/lab-\(node).whale.com ip monitor route >/run/routes.\(node) 2>&1"
            )
        }
        try await Task.sleep(for: .milliseconds(300))
    }

    /// Blocks' routes that were taken away.
    func deletions() async throws -> [String] {
        try await lab.must("grep -h '^Deleted.*/26' /run/routes.* || true").split(separator: "\n").map(String.init)
    }
}

extension Lab {
    /// What the clock of `startWithOwnClock` is set by, as libfaketime reads it.
    fileprivate static let clock = "/run/clock"

    /// Starts a node's agent and BIRD anew with a clock that others do not have.
    fileprivate func startWithOwnClock(_ node: String) async throws {
        try await self("agent", "stop", node)
        try await on(node, "birdc", "down")
        try await must(
            """
            echo +0 >\(Self.clock)
            export LD_PRELOAD=$(echo /usr/lib/*/faketime/libfaketime.so.1) FAKETIME_TIMESTAMP_FILE=\(Self.clock) \
                FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
            \(Self.script) agent start \(node)
            """)
    }

    /// The sessions of a node, and since when they stand.
    fileprivate func sessions(of node: String) async throws -> [String] {
        try await lines(node, "birdc", "show", "protocols").filter { $0.contains(" BGP ") }
    }

    /// Starts a pod on node1 and one on node2, pings from the first to the second while `body` runs, and gives how many
    /// pings were lost.
    fileprivate func losses(during body: () async throws -> Void) async throws -> Int {
        _ = try await start("pod1", on: "node1")
        let address = try await start("pod2", on: "node2")[0]
        guard try await eventually({ try await pings("pod1", address) }) else {
            throw Failure("pods do not reach others")
        }
        return try await losses(from: "pod1", to: address, during: body)
    }
}

extension String {
    /// What follows in the same line.
    fileprivate func words(after text: String) -> String {
        range(of: text).map { String(self[$0.upperBound...].prefix { $0 != "\n" }) } ?? ""
    }
}
