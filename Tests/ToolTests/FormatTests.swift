import TestKit
import Testing

@Suite("Formats")
struct FormatTests {
    /// One object of each kind, and the fields that are not at their defaults.
    private static let manifests =
        pool("plain", "10.65.0.0/26")
        + pool(
            "odd", "fd00:10:244::/64", "blockSize: 124", "natOutgoing: true", "disabled: true",
            "disableBGPExport: true",
            "nodeSelector: rack == 'r1'", "assignmentMode: Manual", "allowedUses: [Workload]")
        + reservation("keep", "10.65.0.9/32", "10.65.0.4/31")
        + node("n1", labels: "{rack: r1}", bgp: "{ipv4Address: 192.0.2.10/24, asNumber: 64513}") + """
            ---
            apiVersion: projectcalico.org/v3
            kind: BGPConfiguration
            metadata: {name: default, annotations: {note: ours}}
            spec: {asNumber: 65001, nodeToNodeMeshEnabled: true, logSeverityScreen: Info}
            ---
            apiVersion: projectcalico.org/v3
            kind: BGPPeer
            metadata: {name: tor}
            spec: {peerIP: 192.0.2.1, asNumber: 65000}

            """

    /// Expects JSON that its schema takes, and YAML that says the same.
    private func expectForms(_ node: Node, _ schema: String, _ words: [String]) async throws {
        let json = try Value(parsing: try await node.tool(words + ["-o", "json"]).output)
        let mistakes = try Schema(schema).mistakes(in: json)
        #expect(mistakes == [], "\(words)")
        let yaml = try await node.tool(words + ["-o", "yaml"])
        // A status of 1 is a finding, and said by what is printed.
        #expect(yaml.errors == [] && yaml.text.first != "{", "\(words): \(yaml.errorText)")
        let tree = try Value(yaml: yaml.text)
        #expect(tree == json, "\(words)")
    }

    @Test("of every reading command keep to their schemas")
    func schemas() async throws {
        try await withNode { node in
            try await node.apply(Self.manifests)
            let (pod, address) = try await node.start(args: podArgs("default", "web"))
            try await node.delete(pod, configuration: node.bare())
            let (_, held) = try await node.start(args: podArgs("default", "web"))
            // Findings for the audit, of an attachment and of nobody's.
            try await node.namespace.ip("route del \(held)/32", "route del blackhole 10.65.0.0/26 proto 80")
            for (schema, words) in [
                ("ippool-list", "get ippool"), ("ippool", "get ippool odd"),
                ("ipreservation-list", "get ipreservation"),
                ("node-list", "get node"), ("bgpconfiguration-list", "get bgpconfig"), ("bgppeer-list", "get bgppeer"),
                ("wep", "get wep"), ("show", "ipam show"), ("show", "ipam show --show-blocks"),
                ("show-borrowed", "ipam show --show-borrowed"), ("show-ip", "ipam show --ip 10.65.0.1"),
                ("show-ip", "ipam show --ip 10.65.0.2"), ("show-configuration", "ipam show --show-configuration"),
                ("history", "ipam history --ip \(address)"), ("history", "ipam history --pod default/web"),
                ("explain", "ipam explain"), ("explain-pod", "ipam explain --pod default/web"), ("check", "ipam check"),
            ] {
                try await expectForms(node, schema, words.split(separator: " ").map(String.init))
            }
        }
    }

    @Test(
        "are held to schemas that do refuse",
        arguments: [
            "show", "explain", "explain-pod", "history", "wep", "ippool", "check", "node-status", "node-routes",
        ])
    func schemaRefuses(name: String) throws {
        #expect(try !Schema(name).mistakes(in: [["ip": 5]]).isEmpty)
        #expect(try !Schema(name).mistakes(in: "text").isEmpty)
    }

    @Test("name prints one word a line, for a shell's loop")
    func names() async throws {
        try await withNode { node in
            try await node.apply(Self.manifests)
            let (_, address) = try await node.start(args: podArgs("default", "web"))
            for (words, expected) in [
                ("get ippool", "ippool/odd\nippool/plain\n"), ("get ipreservation", "ipreservation/keep\n"),
                ("get wep", "workloadendpoint/n1-k8s-web-eth0\n"), ("ipam show", "fd00:10:244::/64\n10.65.0.0/26\n"),
                ("ipam show --show-blocks", "fd00:10:244::/64\n10.65.0.0/26\n10.65.0.0/26\n"),
                ("ipam show --ip \(address)", "default/web\n"), ("ipam history --ip \(address)", "\(address)\n"),
                ("ipam explain", "10.65.0.1\n"), ("ipam explain --pod default/web", "10.65.0.1\n"),
            ] {
                let completion = try await node.tool(words.split(separator: " ").map(String.init) + ["-o", "name"])
                #expect(completion.text == expected, "\(words)")
            }
        }
    }

    @Test("name of an audit prints code and subject of each finding, and nothing where all is well")
    func namesOfFindings() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let (_, address) = try await node.start()
            try await expectEqual(node.ask("ipam", "check", "-o", "name"), "")
            try await node.namespace.ip("route del \(address)/32", "route del blackhole 10.1.0.0/26 proto 80")
            let completion = try await node.tool(["ipam", "check", "-o", "name"])
            #expect(completion.status == .exited(1))
            #expect(completion.text == "blackhole-missing/10.1.0.0/26\nhost-route/\(address)\n")
            // What is repaired is said to people only.
            try await expectEqual(node.ask("ipam", "check", "--fix", "-o", "name"), "")
        }
    }

    @Test("wide tells more than table where there is more to tell")
    func wide() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let (pod, address) = try await node.start(args: podArgs("default", "web"))
            for (words, more) in [
                ("ipam show --show-blocks", ["NAME OR NODE", "| one ", "| n1 "]),
                ("ipam history --ip \(address)", ["NETWORK", " pods "]),
            ] {
                let words = words.split(separator: " ").map(String.init)
                let table = try await node.tool(words).text
                let wide = try await node.tool(words + ["-o", "wide"]).text
                #expect(more.allSatisfy { wide.contains($0) && !table.contains($0) }, "\(wide)")
            }
            try await node.namespace.ip("route del \(address)/32")
            let wide = try await node.tool(["ipam", "check", "-o", "wide"]).text
            #expect(wide.contains("\n  container \(pod.id), interface eth0, network pods\n"), "\(wide)")
            let table = try await node.tool(["ipam", "check"]).text
            #expect(!table.contains(pod.id + ", interface"))
        }
    }

    @Test("of get can be applied again and change nothing", arguments: ["yaml", "json"])
    func roundTrip(format: String) async throws {
        try await withNode { node in
            try await node.apply(Self.manifests)
            let before = try await node.dump()
            for kind in ["ippool", "ipreservation", "node", "bgpconfig", "bgppeer"] {
                let manifests = try await node.ask("get", kind, "-o", format)
                let words = try await node.apply(manifests).split(separator: "\n")
                #expect(!words.isEmpty && words.allSatisfy { $0.hasSuffix(" unchanged") }, "\(words)")
            }
            try await expectSame(node.dump(), before)
        }
    }

    @Test("keep labels and annotations of every kind")
    func metadata() async throws {
        try await withNode { node in
            for (kind, spec) in [
                ("IPPool", "{cidr: 10.1.0.0/16}"), ("IPReservation", "{reservedCIDRs: [10.1.0.0/31, 10.1.0.7]}"),
                ("Node", "{}"),
            ] {
                let manifest = """
                    apiVersion: projectcalico.org/v3
                    kind: \(kind)
                    metadata: {name: it, labels: {team: net}, annotations: {note: keep}}
                    spec: \(spec)
                    """
                try await expectEqual(node.apply(manifest), "\(kind.lowercased())/it created\n")
                try await expectEqual(node.apply(manifest), "\(kind.lowercased())/it unchanged\n")
                let json = try Value(parsing: Array(try await node.ask("get", kind, "it", "-o", "json").utf8))
                #expect(json["metadata"]["labels"] == ["team": "net"])
                #expect(json["metadata"]["annotations"] == ["note": "keep"])
            }
        }
    }
}
