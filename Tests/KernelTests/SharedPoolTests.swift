import Foundation
import TestKit
import Testing

/// A node of a cluster, whose agent is a probe that answers as it is told.
private struct Member {
    let node: Node
    let sockets: Folder

    /// The cluster has one pool of 64 blocks of four addresses.
    init(_ node: Node) async throws {
        self.node = node
        sockets = try Folder()
        try await tell("share", "all", "10.1.0.0/24", "30")
        try await tell("here")
    }

    var configuration: Value {
        node.configuration(["cniVersion": "1.1.0", "ipam": ["type": "martlet-ipam"]])
    }

    private var probe: [String] { [Programs.built("AgentProbe"), sockets.path, node.data, node.name] }

    func tell(_ words: String...) async throws {
        let completion = try await node.namespace.run(probe + words)
        guard completion.succeeded else { throw Failure("AgentProbe \(words): \(completion.errorText)") }
    }

    /// Starts the agent; it listens when this returns, and until the last reference goes.
    func serve(_ answers: String...) async throws -> Background {
        let path = "\(sockets.path)/agent.sock"
        try? FileManager.default.removeItem(atPath: path)
        let agent = try await node.namespace.start(probe + ["serve"] + answers)
        guard try await eventually({ FileManager.default.fileExists(atPath: path) }) else {
            throw Failure("the agent does not listen")
        }
        return agent
    }

    func add(_ pod: Pod) async throws -> String {
        try await node.add(pod, configuration: configuration).resultAddress()
    }

    /// What the agent has heard of operations.
    var heard: [String] {
        let bytes = FileManager.default.contents(atPath: "\(sockets.path)/heard") ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

@Suite("Pools of the cluster")
struct SharedPoolTests {
    @Test("blocks are those that the agent gives, and it hears how long operations took")
    func granted() async throws {
        try await withNode { node in
            let member = try await Member(node)
            let agent = try await member.serve("10.1.0.8/30", "10.1.0.4/30")
            var pods: [Pod] = []
            var addresses: [String] = []
            for _ in 0..<5 {
                pods.append(try await node.pod())
                addresses.append(try await member.add(pods[pods.count - 1]))
            }
            #expect(addresses == ["10.1.0.8", "10.1.0.9", "10.1.0.10", "10.1.0.11", "10.1.0.4"])
            try await expectEqual(node.namespace.blackholes(), ["10.1.0.4/30", "10.1.0.8/30"])
            try await node.delete(pods[4], configuration: member.configuration)
            #expect(try await eventually { member.heard.count == 6 })
            #expect(member.heard == Array(repeating: "ADD 0 quick", count: 5) + ["DEL 0 quick"])
            _ = agent
        }
    }

    @Test("a requested address is asked for with its block")
    func requested() async throws {
        try await withNode { node in
            let member = try await Member(node)
            let agent = try await member.serve("10.1.0.16/30")
            let result = try await node.add(
                try await node.pod(), args: "IP=10.1.0.18", configuration: member.configuration)
            #expect(try result.resultAddress() == "10.1.0.18")
            _ = agent
        }
    }

    @Test("the agent's refusal is error 11 with its reason, and nothing is left")
    func refused() async throws {
        try await withNode { node in
            let member = try await Member(node)
            let agent = try await member.serve("every block is taken")
            let before = try await node.snapshot()
            let error = try await node.cni(.add, try await node.pod(), configuration: member.configuration).error()
            #expect(error.code == 11)
            #expect(error.message.contains("no new block of pool all: every block is taken"), "\(error)")
            try await node.expectUnchanged(since: before)
            #expect(try await eventually { member.heard == ["ADD 11 quick"] })
            _ = agent
        }
    }

    @Test("an agent that is away, hung or unheard of is error 11 that says so", arguments: ["gone", "dead", "unset"])
    func away(how: String) async throws {
        try await withNode { node in
            let member = try await Member(node)
            if how == "dead" { try await member.serve("silence").end() }
            if how == "unset" { try await member.tell("nowhere") }
            let before = try await node.snapshot()
            let error = try await node.cni(.add, try await node.pod(), configuration: member.configuration).error()
            #expect(error.code == 11)
            let reason =
                switch how {
                case "gone":
                    "the agent does not answer at \(member.sockets.path)/agent.sock (No such file or directory); is "
                        + "martletd running?"
                case "dead":
                    "the agent does not answer at \(member.sockets.path)/agent.sock (Connection refused); is martletd "
                        + "running?"
                default: "no agent has ever served this node; start martletd"
                }
            #expect(error.message.contains(reason), "\(error)")
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("one that says nothing is waited for for 5 s; an ADD that is killed meanwhile leaves nothing")
    func silent() async throws {
        try await withNode { node in
            let member = try await Member(node)
            let agent = try await member.serve("silence")
            let before = try await node.snapshot()
            let killed = try await node.call(
                .add, try await node.pod(), configuration: member.configuration,
                wrapper: ["/usr/bin/timeout", "-s", "KILL", "1"])
            #expect(!killed.succeeded)
            try await node.expectUnchanged(since: before)
            let outcome = try await node.cni(.add, try await node.pod(), configuration: member.configuration)
            #expect(try outcome.error().code == 11)
            #expect(try outcome.error().message.contains("it said nothing for 5 s"))
            #expect((4...8).contains(outcome.completion.duration.components.seconds))
            try await node.expectUnchanged(since: before)
            _ = agent
        }
    }

    @Test("without a new block the node makes do with what it has")
    func makesDo() async throws {
        try await withNode { node in
            let member = try await Member(node)
            let agent = try await member.serve("10.1.0.0/30", "every block is taken")
            var pods: [Pod] = []
            for _ in 0..<4 {
                pods.append(try await node.pod())
                _ = try await member.add(pods[pods.count - 1])
            }
            try await node.delete(pods[2], configuration: member.configuration)
            #expect(try await member.add(try await node.pod()) == "10.1.0.2", "it has not rested, and is all there is")
            _ = agent
        }
    }

    @Test("nothing is leased from a lost block; its pods' CHECK and DEL go on, and its route does not come back")
    func lost() async throws {
        try await withNode { node in
            let member = try await Member(node)
            let agent = try await member.serve("10.1.0.0/30", "10.1.0.4/30")
            let pods = [try await node.pod(), try await node.pod(), try await node.pod()]
            let result = try await node.add(pods[0], configuration: member.configuration)
            _ = try await member.add(pods[1])
            try await member.tell("lose", "10.1.0.0/30", "n2")
            try await node.namespace.ip("route del blackhole 10.1.0.0/30 proto 80")
            #expect(try await member.add(pods[2]) == "10.1.0.4")
            try await node.check(pods[0], result: result, configuration: member.configuration).result()
            try await node.delete(pods[1], configuration: member.configuration)
            try await expectEqual(node.namespace.blackholes(), ["10.1.0.4/30"])
            try await expectEqual(node.ledger.leases().map(\.address), ["10.1.0.0", "10.1.0.4"])
            // What the runtime has forgotten goes from a lost block, too.
            try await node.collect(
                keeping: [(container: pods[2].id, ifname: "eth0")], configuration: member.configuration
            ).result()
            try await expectEqual(node.ledger.leases().map(\.address), ["10.1.0.4"])
            _ = agent
        }
    }

    @Test("GC leaves empty blocks to the agent")
    func collected() async throws {
        try await withNode { node in
            let member = try await Member(node)
            let agent = try await member.serve("10.1.0.0/30")
            let pod = try await node.pod()
            _ = try await member.add(pod)
            try await node.delete(pod, configuration: member.configuration)
            try await node.ledger.pretendReboot()
            try await node.collect(keeping: [], configuration: member.configuration).result()
            try await expectEqual(node.ledger.blocks().map(\.cidr), ["10.1.0.0/30"])
            try await expectEqual(node.namespace.blackholes(), ["10.1.0.0/30"])
            _ = agent
        }
    }

    @Test("a configuration that says otherwise of a pool of the cluster's is error 7")
    func otherwise() async throws {
        try await withNode { node in
            let member = try await Member(node)
            let pools: Value = [["name": "all", "cidr": "10.1.0.0/16", "blockSize": 30]]
            let error = try await node.cni(
                .add, try await node.pod(), configuration: member.configuration.setting("ipam.pools", pools)
            ).error()
            #expect(error.code == 7)
            #expect(error.message.contains("the cluster's, whose word counts: expected cidr 10.1.0.0/24"))
        }
    }
}

@Suite("STATUS with an agent")
struct AgentStatusTests {
    private func status(_ member: Member, _ isRequired: Bool) async throws -> Outcome {
        try await member.node.cni(
            .status, configuration: member.configuration.merging(["requires_agent": .bool(isRequired)]))
    }

    @Test("fails where the agent is required and does not answer, or says what is wrong")
    func required() async throws {
        try await withNode { node in
            let member = try await Member(node)
            let away = try await status(member, true).error()
            #expect(away.code == 50)
            #expect(away.whole.contains("is martletd running?"))
            var agent = try await member.serve("alarm=bird: BIRD does not run", "10.1.0.0/30")
            let ill = try await status(member, true).error()
            #expect(ill.code == 50)
            #expect(ill.message == "the agent is not ready: bird: BIRD does not run")
            agent.end()
            agent = try await member.serve("10.1.0.0/30")
            try await status(member, true).result()
            _ = try await member.add(try await node.pod())
            agent.end()
            #expect(try await status(member, true).error().code == 50)
            try await status(member, false).result()
        }
    }

    @Test("asks the agent, required or not, where the next pod needs a new block")
    func full() async throws {
        try await withNode { node in
            let member = try await Member(node)
            #expect(try await status(member, false).error().whole.contains("a new block of pool all"))
            let agent = try await member.serve("10.1.0.0/30")
            try await status(member, false).result()
            _ = agent
        }
    }

    @Test("fails where the agent is required and the node has never had one")
    func unset() async throws {
        try await withNode { node in
            let configuration = node.configuration(["cniVersion": "1.1.0", "requires_agent": true])
            let error = try await node.cni(.status, configuration: configuration).error()
            #expect(error.code == 50)
            #expect(error.message == "no agent has ever served this node, and requires_agent is true")
        }
    }
}
