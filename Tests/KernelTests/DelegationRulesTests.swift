import TestKit
import Testing

@Suite("The rules of delegation")
struct DelegationRulesTests {
    private static let answer = """
        [ "$CNI_COMMAND" = ADD ] && echo '{"cniVersion":"1.1.0","ips":[{"address":"10.3.0.9/24"}]}'
        exit 0
        """

    private func configuration(_ node: Node, _ ipam: RecordingIPAM) -> Value {
        node.configuration([
            "cniVersion": "1.1.0", "unknown": ["kept": true],
            "ipam": ["type": .string(ipam.name), "own": [1, 2.5, "x"]],
        ])
    }

    private func call(
        _ operation: Operation, _ node: Node, _ ipam: RecordingIPAM, _ pod: Pod? = nil, _ extra: Value = [:]
    ) async throws -> Outcome {
        try await node.cni(
            operation, pod, configuration: configuration(node, ipam).merging(extra),
            variables: ["CNI_PATH": ipam.searchPath, "MARKER": "kept"])
    }

    @Test("the delegate sees the whole environment and the configuration byte for byte")
    func environment() async throws {
        try await withNode { node in
            let ipam = try RecordingIPAM(script: DelegationRulesTests.answer)
            let pod = try await node.pod()
            try await call(.add, node, ipam, pod).result()
            let heard = try #require(try ipam.calls().first)
            #expect(heard.command == "ADD")
            #expect(heard.environment["CNI_CONTAINERID"] == pod.id)
            #expect(heard.environment["CNI_NETNS"] == pod.path)
            #expect(heard.environment["CNI_IFNAME"] == "eth0")
            #expect(heard.environment["CNI_PATH"] == ipam.searchPath)
            #expect(heard.environment["MARKER"] == "kept")
            #expect(heard.input == Array(configuration(node, ipam).text.utf8))
        }
    }

    @Test("CHECK, DEL, GC and STATUS reach the delegate")
    func operations() async throws {
        try await withNode { node in
            let ipam = try RecordingIPAM(script: DelegationRulesTests.answer)
            let pod = try await node.pod()
            let result = try await call(.add, node, ipam, pod).result()
            try await call(.check, node, ipam, pod, ["prevResult": result]).result()
            try await call(.status, node, ipam).result()
            let list: Value = [["containerID": .string(pod.id), "ifname": "eth0"]]
            try await call(.collect, node, ipam, nil, ["cni.dev/valid-attachments": list]).result()
            #expect(try await pod.namespace.link("eth0") != nil)
            try await call(.delete, node, ipam, pod).result()
            #expect(try ipam.commands() == ["ADD", "CHECK", "STATUS", "GC", "DEL"])
        }
    }

    @Test("its error is ours: code, message and details", arguments: ["ADD", "CHECK", "DEL", "STATUS", "GC"])
    func errors(failing: String) async throws {
        try await withNode { node in
            let ipam = try RecordingIPAM(
                script: """
                    if [ "$CNI_COMMAND" = \(failing) ]; then
                        echo '{"cniVersion":"1.1.0","code":142,"msg":"the plugin is on strike","details":"since noon"}'
                        exit 1
                    fi
                    \(DelegationRulesTests.answer)
                    """)
            let pod = try await node.pod()
            let added = try await call(.add, node, ipam, pod)
            let outcome: Outcome
            switch failing {
            case "ADD": outcome = added
            case "CHECK": outcome = try await call(.check, node, ipam, pod, ["prevResult": added.document])
            case "DEL": outcome = try await call(.delete, node, ipam, pod)
            case "STATUS": outcome = try await call(.status, node, ipam)
            default: outcome = try await call(.collect, node, ipam, nil, ["cni.dev/valid-attachments": []])
            }
            let error = try outcome.error()
            #expect(error.code == 142)
            #expect(error.whole.contains("the plugin is on strike") && error.whole.contains("since noon"))
            #expect(try failing != "ADD" || ipam.commands() == ["ADD", "DEL"])
        }
    }

    @Test(
        "an ADD that gives no usable answer is an error, and is undone by DEL",
        arguments: ["", "no json", "{}", #"{"cniVersion":"1.1.0","ips":[]}"#, #"{"ips":[{"address":"x"}]}"#])
    func uselessAnswer(text: String) async throws {
        try await withNode { node in
            let ipam = try RecordingIPAM(script: "[ $CNI_COMMAND = ADD ] && printf '%s' '\(text)'\nexit 0")
            let before = try await node.snapshot()
            let pod = try await node.pod()
            let error = try await call(.add, node, ipam, pod).error()
            #expect(error.whole.contains(ipam.name))
            #expect(try ipam.commands() == ["ADD", "DEL"])
            try await node.expectUnchanged(since: before, ignoring: [.files])
            try await expectEqual(pod.namespace.links().map(\.name), ["lo"])
        }
    }

    @Test("one that is killed is an error, and is undone by DEL")
    func killed() async throws {
        try await withNode { node in
            let ipam = try RecordingIPAM(script: "[ $CNI_COMMAND = ADD ] && kill -9 $$\nexit 0")
            let error = try await call(.add, node, ipam, try await node.pod()).error()
            #expect(error.whole.contains(ipam.name))
            #expect(try ipam.commands() == ["ADD", "DEL"])
        }
    }

    @Test("its standard error goes to ours and not into the JSON")
    func standardError() async throws {
        try await withNode { node in
            let ipam = try RecordingIPAM(script: "echo a word aside >&2\n\(DelegationRulesTests.answer)")
            let outcome = try await call(.add, node, ipam, try await node.pod())
            try outcome.result()
            #expect(outcome.completion.errorText.contains("a word aside"))
        }
    }

    @Test("in DEL the address is freed after the link has gone, not before")
    func order() async throws {
        try await withNode { node in
            let links = "\(node.folder.path)/links"
            let ipam = try RecordingIPAM(
                script: "[ $CNI_COMMAND = DEL ] && ip -br link > \(links)\n\(DelegationRulesTests.answer)")
            let pod = try await node.pod()
            let host = try await call(.add, node, ipam, pod).result().resultHostLink()
            try await call(.delete, node, ipam, pod).result()
            #expect(String(decoding: try readFile(links), as: UTF8.self).contains("up0"))
            #expect(!String(decoding: try readFile(links), as: UTF8.self).contains(host))
        }
    }
}
