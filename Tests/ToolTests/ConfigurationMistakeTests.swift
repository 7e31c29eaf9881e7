import TestKit
import Testing

/// A text that is no configuration for an ADD, and what is said about it.
struct ConfigurationMistake: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    /// What stands on standard error after the file's name.
    let said: String

    init(_ description: String, _ text: String, _ said: String) {
        testDescription = description
        self.text = text
        self.said = said
    }
}

extension ConfigurationMistake {
    static let all = [
        ConfigurationMistake("no JSON", "{\n  \"name\": pods\n}", ":2:11: expected a value, found 'p'\n"),
        ConfigurationMistake("an array", " []", ":1:2: expected an object, found []\n"),
        ConfigurationMistake(
            "a list without Martlet", "{\"name\": \"pods\",\n \"plugins\": [{\"type\": \"bridge\"}]}",
            ":2:13: plugins: expected a plugin of type martlet, or one whose ipam.type is martlet-ipam, "
                + "found [{\"type\":\"bridge\"}]\n"),
        ConfigurationMistake(
            "a list without a name",
            "{\"plugins\": [\n{\"type\": \"martlet\", \"ipam\": {\"type\": \"martlet-ipam\"}}]}",
            ":1:1: name: expected the network's name: letters, digits, '_', '.' and '-', beginning with a letter or "
                + "digit, found nothing\n"),
        ConfigurationMistake(
            "a version that is not spoken", "{\"name\": \"pods\",\n\"cniVersion\": \"7.0.0\", \"type\": \"martlet\"}",
            ":2:15: cniVersion \"7.0.0\" is not supported\nHint: the configuration says \"7.0.0\", this plugin supports "
                + "0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0\n"),
        list(
            "a wrong value",
            "{\"pools\": [{\"name\": \"a\", \"cidr\": \"10.0.0.0/8\"},\n  {\"name\": \"b\", \"cidr\": 7}]}",
            ":5:25: ipam.pools[1].cidr: expected an array, found 7\n"),
        list(
            "pools that overlap",
            "{\"pools\": [{\"name\": \"a\", \"cidr\": \"10.0.0.0/8\"},\n  {\"name\": \"b\", \"cidr\": \"10.1.0.0/16\"}]}",
            ":5:25: ipam.pools[1].cidr: expected another range: pool \"b\" (10.1.0.0/16) overlaps pool \"a\" "
                + "(10.0.0.0/8); give each address to one pool, found \"10.1.0.0/16\"\n"),
        list(
            "a key of Calico's that is not carried out", "{\n   \"subnet\": \"usePodCidr\"}",
            ":5:14: ipam.subnet: expected no such key: give the pool under ipam.pools and the node's part as "
                + "ipam.node_range, found \"usePodCidr\"\n"),
        list(
            "a pool that is not there",
            "{\"pools\": [{\"name\": \"a\", \"cidr\": \"10.0.0.0/8\"}],\n  \"ipv4_pools\": [\"b\"]}",
            ":5:17: ipam.ipv4_pools: the given pool (b) does not exist, or is not enabled, or is of the other family\n"
                + "Hint: name pools that stand under ipam.pools, by name or cidr\n"),
        list(
            "a range in no pool",
            "{\"pools\": [{\"name\": \"a\", \"cidr\": \"10.0.0.0/8\"}],\n  \"node_range\": \"11.0.0.0/8\"}",
            ":5:17: ipam.node_range: expected a part of an IPv4 pool that holds at least one block, found 11.0.0.0/8\n"
        ),
        list(
            "no pools, and no ledger that could have some", "{}",
            ":4:12: ipam.pools: expected at least one pool, found none, and there is no ledger yet\n"
                + "Hint: give pools as [{\"name\": …, \"cidr\": …}], or start martletd if they are the cluster's\n"),
        list(
            "another IPAM", "{\n\"type\": \"host-local\"}",
            ":5:9: ipam.type: expected martlet-ipam, found host-local\n"
                + "Hint: addresses of another IPAM plugin only that one can explain\n"),
    ]

    /// A list with this under `ipam`, which begins in line 4, column 12.
    private static func list(_ description: String, _ ipam: String, _ said: String) -> ConfigurationMistake {
        let type = ipam.contains("\"type\"") ? "" : "\"type\": \"martlet-ipam\"" + (ipam == "{}" ? "" : ", ")
        return ConfigurationMistake(
            description,
            """
            {"cniVersion": "1.0.0", "name": "pods", "plugins": [
              {"type": "portmap"},
              {"type": "martlet", "data_dir": "/nowhere",
               "ipam": {\(type)\(ipam.dropFirst())
              }]}
            """, said)
    }
}

@Suite("A configuration for ipam explain")
struct ConfigurationMistakeTests {
    @Test("that no ADD could use is refused with file, line and column", arguments: ConfigurationMistake.all)
    func mistakes(mistake: ConfigurationMistake) async throws {
        try await withNode { node in
            let file = "\(node.folder.path)/net.conflist"
            try writeFile(file, mistake.text)
            let completion = try await node.namespace.run(
                [Programs.operatorsTool, "ipam", "explain", "--config", file])
            #expect(completion.status == .exited(1))
            #expect(completion.errorText == "Error: " + file + mistake.said)
            #expect(completion.output == [])
        }
    }

    @Test("comes from stdin, too, and one that cannot be read is told by its name")
    func sources() async throws {
        try await withNode { node in
            let read = try await node.tool(
                ["ipam", "explain", "--config", "-", "-o", "name"], input: node.configuration().text)
            #expect(read.text == "10.244.0.0\n")
            let wrong = try await node.tool(["ipam", "explain", "--config", "-"], input: "{")
            #expect(wrong.errorText.hasPrefix("Error: stdin:1:2: "))
            let missing = try await node.tool(["ipam", "explain", "--config", "/nowhere.conflist"])
            #expect(missing.status == .exited(2))
            #expect(missing.errorText.contains("/nowhere.conflist"))
        }
    }

    @Test("whose pools do not go with the ledger's is refused as by an ADD")
    func overlap() async throws {
        try await withNode { node in
            try await node.apply(pool("old", "10.244.0.0/20"))
            let completion = try await node.explain(node.configuration())
            let error = try await node.cni(.add, try await node.pod()).error()
            #expect(completion.status == .exited(1))
            #expect(error.message.hasPrefix("ipam.pools: pool \"pool\""))
            #expect(completion.errorText.hasSuffix(": \(error.message)\n"), "\(completion.errorText)")
        }
    }
}
