import TestKit
import Testing

/// A node, and a configuration of which it is asked what an ADD by it would get.
struct ConfiguredSituation: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let ipam: Value
    /// What pools and blocks have to say, by how their subject begins.
    let reasons: [String: String]
    /// The plugin that the configuration is of.
    var type = "martlet"
    /// Other keys of the configuration.
    var others: Value = [:]
    var arrange: @Sendable (Node) async throws -> Void = { _ in }

    func configuration(_ node: Node) -> Value {
        node.configuration(["type": .string(type), "ipam": ipam.merging(["type": "martlet-ipam"])]).merging(others)
    }
}

extension ConfiguredSituation {
    static let all = fresh + passedOver + asked + underOthers

    private static let one: Value = ["name": "one", "cidr": "10.1.0.0/29", "blockSize": 30]
    private static let two: Value = ["name": "two", "cidr": "10.2.0.0/16"]
    private static let six: Value = ["name": "six", "cidr": "fd00:1::/64"]

    /// Starts pods by a configuration with these pools.
    private static func fill(_ count: Int, _ ipam: Value) -> @Sendable (Node) async throws -> Void {
        { node in
            let situation = ConfiguredSituation(testDescription: "", ipam: ipam, reasons: [:])
            for _ in 0..<count {
                try await node.add(try await node.pod(), configuration: situation.configuration(node))
            }
        }
    }

    /// Starts pods until pool one has one address left, which a pod has had that is gone.
    @Sendable private static func fillAndFreeOne(_ node: Node) async throws {
        try await fill(7, ["pools": [one]])(node)
        let pod = try await node.pod()
        try await node.add(pod, configuration: node.configuration(["ipam": ["pools": [one], "type": "martlet-ipam"]]))
        try await node.delete(pod)
    }

    private static let fresh = [
        ConfiguredSituation(
            testDescription: "no ledger yet", ipam: ["pools": [one, two]],
            reasons: ["pool one": "gives", "pool two": "later"]),
        ConfiguredSituation(
            testDescription: "no ledger yet, both families", ipam: ["pools": [one, six], "assign_ipv6": true],
            reasons: ["pool one": "gives", "pool six": "gives"]),
        ConfiguredSituation(
            testDescription: "a pool that the ledger has already, and one that it has not",
            ipam: ["pools": [one, two]],
            reasons: ["pool one": "full", "block 10.1.0.4/30": "full", "pool two": "gives"],
            arrange: fill(8, ["pools": [one]])),
        ConfiguredSituation(
            testDescription: "no pools in the configuration", ipam: [:],
            reasons: ["pool one": "selector", "pool two": "gives", "pool three": "manual"],
            arrange: { node in
                try await node.apply(
                    pool("one", "10.1.0.0/16", "nodeSelector: rack == 'a'") + pool("two", "10.2.0.0/16")
                        + pool("three", "10.3.0.0/16", "assignmentMode: Manual"))
            }),
    ]

    private static let passedOver = [
        ConfiguredSituation(
            testDescription: "a disabled pool", ipam: ["pools": [one.merging(["disabled": true]), two]],
            reasons: ["pool one": "disabled", "pool two": "gives"]),
        ConfiguredSituation(
            testDescription: "pools of the ledger's that the configuration does not have", ipam: ["pools": [two]],
            reasons: ["pool one": "unlisted", "pool two": "gives"], arrange: fill(1, ["pools": [one]])),
        ConfiguredSituation(
            testDescription: "a choice of pools by name", ipam: ["pools": [one, two], "ipv4_pools": ["two"]],
            reasons: ["pool one": "unlisted", "pool two": "gives"]),
        ConfiguredSituation(
            testDescription: "a choice by cidr of a pool that is given on request only",
            ipam: ["ipv4_pools": ["10.1.0.0/16"]], reasons: ["pool one": "gives", "pool two": "unlisted"],
            arrange: { node in
                try await node.apply(
                    pool("one", "10.1.0.0/16", "assignmentMode: Manual")
                        + pool("two", "10.2.0.0/16", "assignmentMode: Manual"))
            }),
        ConfiguredSituation(
            testDescription: "the node's range of a pool", ipam: ["pools": [one], "node_range": "10.1.0.4/30"],
            reasons: ["pool one": "gives"]),
        ConfiguredSituation(
            testDescription: "a used up range of a pool", ipam: ["pools": [one], "node_range": "10.1.0.4/30"],
            reasons: ["pool one": "range", "block 10.1.0.4/30": "full"],
            arrange: fill(4, ["pools": [one], "node_range": "10.1.0.4/30"])),
        ConfiguredSituation(
            testDescription: "a range outside of the first pool",
            ipam: ["pools": [one, two], "node_range": "10.2.7.0/24"],
            reasons: ["pool one": "range", "pool two": "gives"]),
        ConfiguredSituation(
            testDescription: "a limit of the configuration's", ipam: ["pools": [one], "max_blocks_per_host": 1],
            reasons: ["pool one": "limit", "block 10.1.0.0/30": "full"], arrange: fill(4, ["pools": [one]])),
        ConfiguredSituation(
            testDescription: "reservations of the configuration's",
            ipam: ["pools": [one], "reservations": ["10.1.0.2/31", "10.1.0.4/30"]],
            reasons: ["pool one": "reserved", "block 10.1.0.0/30": "reserved"],
            arrange: fill(2, ["pools": [one]])),
        ConfiguredSituation(
            testDescription: "a reservation that is far larger than a block",
            ipam: [
                "pools": [six], "assign_ipv4": false,
                "assign_ipv6": true, "reservations": ["fd00:1::/65"],
            ],
            reasons: ["pool six": "gives"]),
        ConfiguredSituation(
            testDescription: "an address that rests", ipam: ["pools": [one, two], "max_blocks_per_host": 3],
            reasons: ["pool one": "resting", "block 10.1.0.4/30": "resting", "pool two": "gives"],
            arrange: fillAndFreeOne),
        ConfiguredSituation(
            testDescription: "an address that has rested for long enough by this configuration",
            ipam: ["pools": [one, two], "rest_seconds": 0],
            reasons: ["pool one": "gives", "block 10.1.0.4/30": "gives", "pool two": "later"],
            arrange: fillAndFreeOne),
        ConfiguredSituation(
            testDescription: "one family of two that has nothing left",
            ipam: ["pools": [one, six], "assign_ipv6": true],
            reasons: ["pool one": "full", "pool six": "gives"], arrange: fill(8, ["pools": [one]])),
    ]

    private static let asked = [
        ConfiguredSituation(
            testDescription: "a certain address", ipam: ["pools": [one, two]],
            reasons: ["pool one": "later", "pool two": "gives"],
            others: ["args": ["cni": ["ips": ["10.2.3.4"]]]]),
        ConfiguredSituation(
            testDescription: "a certain address that is leased", ipam: ["pools": [one]],
            reasons: ["pool one": "later"], others: ["args": ["cni": ["ips": ["10.1.0.0"]]]],
            arrange: fill(1, ["pools": [one]])),
    ]

    private static let underOthers = [
        ConfiguredSituation(
            testDescription: "another plugin's subnet, whose ends and gateway are reserved", ipam: ["pools": [two]],
            reasons: ["pool two": "gives"], type: "bridge"),
        ConfiguredSituation(
            testDescription: "a block of pods with routes, where a subnet is wanted", ipam: ["pools": [one]],
            reasons: ["pool one": "gives", "block 10.1.0.0/30": "use"], type: "bridge",
            arrange: fill(1, ["pools": [one]])),
        ConfiguredSituation(
            testDescription: "a block of a subnet, where routes are wanted", ipam: ["pools": [one]],
            reasons: ["pool one": "gives", "block 10.1.0.0/30": "use"],
            arrange: { node in
                let configuration = node.configuration([
                    "type": "bridge", "ipam": ["type": "martlet-ipam", "pools": [one]],
                ])
                try await node.cni(.add, try await node.pod(), plugin: "martlet-ipam", configuration: configuration)
                    .result()
            }),
    ]
}

extension Node {
    /// What the tool says of a configuration, with nothing else said of ledger and node.
    func explain(_ configuration: Value, _ words: String...) async throws -> Completion {
        let file = "\(folder.path)/net.conflist"
        try writeFile(file, configuration.text)
        return try await namespace.run([Programs.operatorsTool, "ipam", "explain", "--config", file] + words)
    }

    /// Everything that an ADD could have changed.
    fileprivate func state() async throws -> [String] {
        var lines = fileLines(below: data) + (try await namespace.blackholes().sorted())
        if entries(of: data).contains("ledger.db") { lines.append(try await dump()) }
        return lines
    }
}

@Suite("ipam explain --config")
struct ConfiguredExplanationTests {
    @Test("agrees with the ADD by that configuration, and says why not another", arguments: ConfiguredSituation.all)
    func agreement(situation: ConfiguredSituation) async throws {
        try await withNode { node in
            try await situation.arrange(node)
            let configuration = situation.configuration(node)
            let before = try await node.state()
            let completion = try await node.explain(configuration, "-o", "json")
            #expect(completion.errors == [], "\(completion.errorText)")
            let explanations = try Value(parsing: completion.output).elements
            try expectEqual(Schema("explain").mistakes(in: .array(explanations)), [])
            try await expectEqual(node.state(), before)
            let isRefused = explanations.contains { $0["refused"] != .null }
            #expect(completion.status == .exited(isRefused ? 1 : 0))
            let verdicts = explanations.flatMap { $0["verdicts"].elements }
            for (subject, reason) in situation.reasons {
                let verdict = verdicts.first { ($0["subject"].string ?? "").hasPrefix("\(subject)") }
                #expect(verdict?["reason"] == .string(reason), "\(subject): \(explanations)")
            }

            let known = Set(try await node.ledger.rows("SELECT name FROM pool").compactMap { $0["name"].string })
            let plugin = situation.type == "martlet" ? "martlet" : "martlet-ipam"
            let outcome = try await node.cni(.add, try await node.pod(), plugin: plugin, configuration: configuration)
            if isRefused {
                let error = try outcome.error()
                #expect(explanations.contains { error.message.hasPrefix($0["refused"].string ?? "-") }, "\(error)")
            } else {
                let addresses = try outcome.result().resultAddresses.map { String($0.prefix { $0 != "/" }) }
                #expect(addresses == explanations.compactMap { $0["ip"].string })
                let now = try await node.ledger.rows("SELECT name FROM pool").compactMap { $0["name"].string }
                #expect(Set(explanations.flatMap { $0["adopts"].strings }).isSuperset(of: Set(now).subtracting(known)))
            }
        }
    }

    @Test("finds Martlet among the plugins of a list, which gives it name and version")
    func list() async throws {
        try await withNode { node in
            let plugin = node.configuration().setting("name", .null).setting("cniVersion", .null)
            let list: Value = [
                "cniVersion": "1.0.0", "name": "pods",
                "plugins": [["type": "loopback"], plugin, ["type": "portmap"]],
            ]
            let completion = try await node.explain(list)
            #expect(
                completion.text == """
                    IPv4: the next pod gets 10.244.0.0, of a new block, 10.244.0.0/26
                      pool pool (10.244.0.0/16): gives 10.244.0.0, from a new block; the ADD writes it into the ledger, \
                    as the configuration has it

                    """, "\(completion.errorText)")
            let bridged: Value = [
                "cniVersion": "1.0.0", "name": "pods",
                "plugins": [["type": "bridge", "data_dir": .string(node.data), "ipam": plugin["ipam"]]],
            ]
            try await expectEqual(node.explain(bridged, "-o", "name").text, "10.244.0.2\n")
        }
    }

    @Test("takes ledger and node from the configuration, unless the command line names them")
    func overriding() async throws {
        try await withNode { node in
            let other = node.configuration(["data_dir": "/nowhere", "nodename": "n9"])
            try await node.add(try await node.pod())
            try await expectEqual(node.explain(node.configuration(), "-o", "name").text, "10.244.0.1\n")
            try await expectEqual(node.explain(other, "-o", "name").text, "10.244.0.0\n")
            try await expectEqual(node.explain(other, "-o", "name", "--data-dir", node.data).text, "10.244.0.64\n")
            try await expectEqual(
                node.explain(other, "-o", "name", "--data-dir", node.data, "--nodename", "n1").text, "10.244.0.1\n")
        }
    }

    @Test("says that a pod gets both families or none")
    func bothOrNone() async throws {
        try await withNode { node in
            let configuration = node.dualStackConfiguration().setting("ipam.reservations", ["10.244.0.0/16"])
            let completion = try await node.explain(configuration)
            #expect(completion.status == .exited(1))
            #expect(completion.text.contains("IPv6: the next pod gets fd00:10:244::,"))
            #expect(completion.text.hasSuffix("\nThe ADD fails: a pod gets both or none.\n"))
            try await expectEqual(node.explain(configuration, "-o", "name").text, "")
        }
    }
}
