import TestKit
import Testing

@Suite("Pod annotations")
struct AnnotationTests {
    private func configuration(_ node: Node, _ annotations: [String: Value]) -> Value {
        let prefixed = Dictionary(
            uniqueKeysWithValues: annotations.map { ("cni.projectcalico.org/\($0.key)", $0.value) })
        return node.configuration([
            "capabilities": ["io.kubernetes.cri.pod-annotations": true],
            "runtimeConfig": [
                "io.kubernetes.cri.pod-annotations": .object(prefixed.merging(["other/key": "x"]) { $1 })
            ],
        ]).setting(
            "ipam.pools",
            [["name": "pool", "cidr": "10.244.0.0/16"], ["name": "second", "cidr": "10.250.0.0/16"]])
    }

    @Test("ipAddrs asks for an address")
    func address() async throws {
        try await withNode { node in
            let result = try await node.add(
                try await node.pod(), configuration: configuration(node, ["ipAddrs": #"["10.244.3.7"]"#]))
            #expect(result.resultAddresses == ["10.244.3.7/32"])
        }
    }

    @Test("ipv4pools asks for a pool by name or by CIDR", arguments: ["second", "10.250.0.0/16"])
    func pool(name: String) async throws {
        try await withNode { node in
            let result = try await node.add(
                try await node.pod(), configuration: configuration(node, ["ipv4pools": #"["\#(name)"]"#]))
            #expect(try result.resultAddress().hasPrefix("10.250."))
        }
    }

    @Test("ipv4pools comes before the configuration's own list")
    func poolBeforeConfiguration() async throws {
        try await withNode { node in
            let configuration = configuration(node, ["ipv4pools": #"["second"]"#])
                .setting("ipam.ipv4_pools", ["pool"])
            let result = try await node.add(try await node.pod(), configuration: configuration)
            #expect(try result.resultAddress().hasPrefix("10.250."))
        }
    }

    @Test("hwAddr gives the pod its MAC")
    func mac() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(
                pod, configuration: configuration(node, ["hwAddr": "02:11:22:33:44:55"]))
            #expect(result["interfaces"][1]["mac"] == "02:11:22:33:44:55")
            try await expectEqual(pod.namespace.link("eth0")?.mac, "02:11:22:33:44:55")
            #expect(try await node.namespace.pings(result.resultAddress()))
        }
    }

    @Test(
        "that make no sense are an error that names the annotation, and leave nothing",
        arguments: [
            ("ipAddrs", "10.244.3.7"), ("ipAddrs", #"["10.244.3.7", "10.244.3.8"]"#), ("ipAddrs", #"["x"]"#),
            ("ipv4pools", #"["no-such-pool"]"#), ("ipv4pools", "second"), ("hwAddr", "nonsense"),
            ("hwAddr", "01:00:00:00:00:01"), ("hwAddr", "00:00:00:00:00:00"),
        ])
    func malformed(name: String, text: String) async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            let error = try await node.cni(
                .add, try await node.pod(), configuration: configuration(node, [name: .string(text)])
            ).error()
            #expect(error.code == 7)
            #expect(error.whole.contains(name), "\(error)")
            try await node.expectUnchanged(since: before)
        }
    }

    @Test(
        "that Martlet cannot honour are error 2, whose message holds the annotation and its value",
        arguments: ["floatingIPs", "ipAddrsNoIpam"])
    func unsupported(name: String) async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            let error = try await node.cni(
                .add, try await node.pod(), configuration: configuration(node, [name: #"["10.244.3.7"]"#])
            ).error()
            #expect(error.code == 2, "\(error)")
            #expect(error.message.contains(name) && error.message.contains("10.244.3.7"), "\(error)")
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("do not hinder DEL, whatever they say")
    func deletion() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            try await node.delete(pod, configuration: configuration(node, ["ipAddrs": "nonsense", "hwAddr": 5]))
            #expect(try await node.ledger.leases().isEmpty)
        }
    }
}

@Suite("A requested MAC")
struct RequestedMACTests {
    @Test("by CNI_ARGS, in any case of letters", arguments: ["02:aa:BB:33:44:55"])
    func byArguments(mac: String) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod, args: "MAC=\(mac)")
            #expect(result["interfaces"][1]["mac"] == .string(mac.lowercased()))
            try await expectEqual(pod.namespace.link("eth0")?.mac, mac.lowercased())
        }
    }

    @Test("by the mac capability")
    func byCapability() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let configuration = node.configuration([
                "capabilities": ["mac": true], "runtimeConfig": ["mac": "02:11:22:33:44:55"],
            ])
            try await node.add(pod, configuration: configuration)
            try await expectEqual(pod.namespace.link("eth0")?.mac, "02:11:22:33:44:55")
        }
    }

    @Test(
        "that is none, or a group's, is refused and leaves nothing",
        arguments: ["02:11:22:33:44", "xx:11:22:33:44:55", "01:11:22:33:44:55"])
    func malformed(mac: String) async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            #expect(
                try await node.cni(.add, try await node.pod(), args: "MAC=\(mac)").error().whole.lowercased().contains(
                    "mac"))
            let configuration = node.configuration(["runtimeConfig": ["mac": .string(mac)]])
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
            #expect(error.whole.contains("mac"))
            try await node.expectUnchanged(since: before)
        }
    }
}
