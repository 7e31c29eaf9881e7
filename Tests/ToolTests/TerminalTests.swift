import TestKit
import Testing

@Suite("Colour and progress")
struct TerminalTests {
    private static let red = "\u{1B}[31m"
    private static let green = "\u{1B}[32m"
    private static let yellow = "\u{1B}[33m"
    private static let erased = "\r\u{1B}[K"

    @Test("are on a terminal: findings in red, notes in yellow, what is clean in green, pods counted")
    func terminal() async throws {
        try await withPatient { node, check in
            let text = try await node.namespace.onTerminal(check)
            #expect(text.contains("\(Self.red)lease-without-link\u{1B}[0m  10.1.0.0\r\n"), "\(text.debugDescription)")
            #expect(text.contains("\(Self.yellow)note: quarantined\u{1B}[0m  10.1.0.1\r\n"))
            #expect(text.contains("\(Self.red)Check complete; found 1 problem.\u{1B}[0m\r\n"))
            #expect(
                text.contains("\(Self.erased)comparing pods: 1 of 2 (50%)\(Self.erased)comparing pods: 2 of 2 (100%)"))
            // Nothing is left of the count when the table comes.
            #expect(text.contains("\(Self.erased)Compared 2 leases in 1 block of 1 pool with the kernel of n1.\r\n"))
            let fixed = try await node.namespace.onTerminal(check + " --fix")
            #expect(fixed.contains("\(Self.erased)repairing: 1 of 2 (50%)\(Self.erased)"))
            #expect(fixed.contains("\(Self.green)Check complete; found 0 problems.\u{1B}[0m\r\n"))
        }
    }

    @Test("are not in a pipe, whatever the environment says")
    func pipe() async throws {
        try await withPatient { node, check in
            let completion = try await node.namespace.run(
                ["/bin/sh", "-c", check], environment: defaultEnvironment.merging(["TERM": "xterm"]) { $1 })
            #expect(completion.text.contains("\nlease-without-link  10.1.0.0\n"))
            #expect(!completion.text.contains("\u{1B}") && completion.errors == [])
        }
    }

    @Test("are each the affair of their own stream")
    func apart() async throws {
        try await withPatient { node, check in
            let file = "\(node.folder.path)/printed"
            let onErrors = try await node.namespace.onTerminal("\(check) >\(file)")
            #expect(onErrors.hasPrefix("\(Self.erased)comparing pods: 1 of 2") && !onErrors.contains("Compared"))
            #expect(onErrors.hasSuffix(Self.erased))
            #expect(try !String(decoding: readFile(file), as: UTF8.self).contains("\u{1B}"))
            let onOutput = try await node.namespace.onTerminal("\(check) 2>\(file)")
            #expect(onOutput.contains(Self.red) && !onOutput.contains("comparing"))
            #expect(try readFile(file) == [])
            // Programs are given no colour on a terminal either.
            let json = try await node.namespace.onTerminal("\(check) -o json 2>\(file)")
            #expect(json.contains("lease-without-link") && !json.contains("\u{1B}"))
        }
    }

    @Test("are left out where the terminal or its user does not want them")
    func unwanted() async throws {
        try await withPatient { node, check in
            let dumb = try await node.namespace.onTerminal(check, environment: ["TERM": "dumb"])
            #expect(dumb.contains("lease-without-link  10.1.0.0\r\n") && !dumb.contains("\u{1B}"))
            let plain = try await node.namespace.onTerminal(check, environment: ["NO_COLOR": "1"])
            #expect(plain.contains("lease-without-link  10.1.0.0\r\n") && plain.contains("comparing pods"))
            // no-color.org: an empty one says nothing.
            let colourful = try await node.namespace.onTerminal(check, environment: ["NO_COLOR": ""])
            #expect(colourful.contains(Self.red))
        }
    }

    @Test("of an import count addresses")
    func importing() async throws {
        try await withNode { node in
            try await node.apply(pool("lan", "10.9.0.0/24"))
            try await node.namespace.must("/bin/mkdir", "\(node.folder.path)/lan")
            for last in 2...3 { try writeFile("\(node.folder.path)/lan/10.9.0.\(last)", "pod-\(last)\r\neth0") }
            let command = node.command("import host-local \(node.folder.path)/lan --dry-run")
            let text = try await node.namespace.onTerminal(command)
            #expect(text.contains("\(Self.erased)taking over: 1 of 2 (50%)\(Self.erased)taking over: 2 of 2 (100%)"))
            #expect(text.contains("\(Self.erased)OBJECT "))
            #expect(text.contains("container pod-2, interface eth0   would be taken over\r\n"))
        }
    }

    /// A node with a finding, a note, and the command that shows them.
    private func withPatient(_ body: (Node, String) async throws -> Void) async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            try await node.start()
            try await node.namespace.ip("route add 10.1.0.1/32 dev up0")
            try await node.start()
            try await node.namespace.ip("route del 10.1.0.1/32 dev up0")
            let link = try #require(try await node.ledger.leases().first { $0.address == "10.1.0.0" }).hostInterface
            try await node.namespace.ip("link del \(link)")
            try await body(node, node.command("ipam check --grace 0"))
        }
    }
}

extension Node {
    /// A shell's words for the tool on this node's ledger.
    fileprivate func command(_ words: String) -> String {
        "\(Programs.operatorsTool) \(words) --data-dir \(data) --nodename \(name)"
    }
}
