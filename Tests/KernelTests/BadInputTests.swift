import TestKit
import Testing

@Suite("Bad standard input")
struct BadInputTests {
    /// Feeds the bytes to ADD: an error of one of those codes, and nothing changes.
    @discardableResult
    private func expectError(_ codes: [Int], _ input: [UInt8], on node: Node) async throws -> PluginError {
        let before = try await node.snapshot()
        let outcome = try await node.cni(.add, try await node.pod(), input: input)
        let error = try outcome.error()
        #expect(codes.contains(error.code), "\(error)")
        #expect(error.version != nil)
        #expect(outcome.completion.duration < .seconds(5))
        try await node.expectUnchanged(since: before)
        return error
    }

    @Test(
        "that is no JSON document is error 6",
        arguments: [
            "", " ", "{", "nonsense", "{} {}", "{}x", "\u{feff}{}", "{'a': 1}", #"{"a": 01}"#, #"{"a": "\ud800"}"#,
            #"{"a":1,}"#,
            "{\"a\": \"tab\there\"}", "\u{0}",
        ])
    func noJSON(text: String) async throws {
        try await withNode { node in try await expectError([6], Array(text.utf8), on: node) }
    }

    @Test("that is JSON but no object is error 6 or 7", arguments: ["[]", "null", "5", #""text""#, "true"])
    func noObject(text: String) async throws {
        try await withNode { node in try await expectError([6, 7], Array(text.utf8), on: node) }
    }

    @Test("cut off at any place is error 6")
    func truncated() async throws {
        try await withNode { node in
            let whole = Array(node.configuration().text.utf8)
            var random = Seeded("truncated input")
            for _ in 0..<25 {
                try await expectError(
                    [6], Array(whole.prefix(Int.random(in: 0..<whole.count, using: &random))), on: node)
            }
        }
    }

    @Test("with bytes that are no UTF-8 is error 6")
    func notUTF8() async throws {
        try await withNode { node in
            for bytes: [UInt8] in [
                [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80],
            ] {
                let text = node.configuration(["name": "MARK"]).text
                let halves = text.split(separator: "MARK", maxSplits: 1)
                let input = Array(halves[0].utf8) + bytes + Array(halves[1].utf8)
                try await expectError([6], input, on: node)
            }
        }
    }

    @Test("of 10 MB, or nested a hundred thousand deep, is an error and no crash")
    func huge() async throws {
        try await withNode { node in
            let spaces = [UInt8](repeating: 0x20, count: 10_000_000)
            try await expectError([6, 7], spaces, on: node)
            try await expectError([6, 7], Array(#"{"a":""#.utf8) + spaces + Array(#""}"#.utf8), on: node)
            let deep = String(repeating: "[", count: 100_000)
            try await expectError([6, 7], Array(#"{"cniVersion":"1.0.0","a":"#.utf8) + Array(deep.utf8), on: node)
            let objects = String(repeating: #"{"a":"#, count: 100_000)
            try await expectError([6, 7], Array(objects.utf8), on: node)
        }
    }

    @Test("with a name twice in one object is an error that names it")
    func duplicates() async throws {
        try await withNode { node in
            let text = node.configuration().text
            let twice = "{\"name\":\"other\"," + text.dropFirst()
            let outer = try await expectError([6, 7], Array(twice.utf8), on: node)
            #expect(outer.whole.contains("name"))
            let inside = text.replacing(#""cidr":"#, with: #""cidr":"10.9.0.0/16","cidr":"#)
            let inner = try await expectError([6, 7], Array(inside.utf8), on: node)
            #expect(inner.whole.contains("cidr"))
        }
    }

    @Test("says where in the text it went wrong")
    func position() async throws {
        try await withNode { node in
            let text = "{\n  \"cniVersion\": \"1.0.0\",\n  \"name\": nonsense\n}"
            let error = try await expectError([6], Array(text.utf8), on: node)
            #expect(error.whole.contains("line 3"))
        }
    }

    @Test("VERSION answers even when standard input is of no use, or says what is wrong in JSON")
    func version() async throws {
        try await withNode { node in
            for text in ["", "{", #"{"cniVersion": 5}"#] {
                let outcome = try await node.cni(.version, configuration: ["type": "martlet"], input: Array(text.utf8))
                #expect(outcome.succeeded || outcome.document["code"].integer == 6, "\(text)")
            }
        }
    }

    @Test("a standard input that is closed is error 6 or 5")
    func closed() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let completion = try await node.namespace.run(
                ["/bin/sh", "-c", "exec \(Programs.path(of: "martlet")) <&-"],
                environment: [
                    "CNI_COMMAND": "ADD", "CNI_CONTAINERID": pod.id, "CNI_NETNS": pod.path, "CNI_IFNAME": "eth0",
                    "CNI_PATH": Programs.searchPath,
                ])
            #expect(completion.status == .exited(1))
            #expect(try [5, 6].contains(Value(parsing: completion.output)["code"].integer ?? 0))
        }
    }

    @Test("a result that nobody reads undoes the ADD")
    func unread() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let configuration = "\(node.folder.path)/configuration.json"
            try writeFile(configuration, node.configuration().text)
            let completion = try await node.namespace.run(
                ["/bin/bash", "-c", "\(Programs.path(of: "martlet")) <\(configuration) >/dev/full"],
                environment: [
                    "CNI_COMMAND": "ADD", "CNI_CONTAINERID": pod.id, "CNI_NETNS": pod.path, "CNI_IFNAME": "eth0",
                    "CNI_PATH": Programs.searchPath,
                ])
            #expect(completion.status == .exited(1))
            #expect(try await node.ledger.leases().isEmpty)
            try await expectEqual(pod.namespace.links().map(\.name), ["lo"])
            try await expectEqual(node.namespace.links().map(\.name).sorted(), ["lo", "up0", "up1"])
        }
    }
}
