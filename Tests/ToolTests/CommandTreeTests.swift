import Glibc
import TestKit
import Testing

@Suite("The command tree")
struct CommandTreeTests {
    /// MARTLET_RECORD=1 writes the file anew; what has changed is then for review.
    @Test("is the one of Golden/commands.txt: commands, options, arguments and their abstracts")
    func golden() async throws {
        let folder = #filePath[..<(#filePath.lastIndex(of: "/") ?? #filePath.startIndex)]
        let file = "\(folder)/Golden/commands.txt"
        let dump = try await execute([Programs.operatorsTool, "--experimental-dump-help"])
        let tree = lines(of: try Value(parsing: dump.output)["command"], after: []).joined(separator: "\n") + "\n"
        if getenv("MARTLET_RECORD") != nil { try writeFile(file, tree, mode: 0o644) }
        try expectSame(tree, String(decoding: readFile(file), as: UTF8.self))
    }

    private func lines(of command: Value, after parents: [String]) -> [String] {
        let path = parents + [command["commandName"].string ?? "?"]
        // help, with which the parser repeats the whole tree, is its own.
        if path.last == "help" { return [] }
        let own = ["\(path.joined(separator: " "))  \(command["abstract"].string ?? "-")"]
        let arguments = command["arguments"].elements.map { "    \(usage($0))  \($0["abstract"].string ?? "-")" }
        return own + arguments + command["subcommands"].elements.flatMap { lines(of: $0, after: path) }
    }

    private func usage(_ argument: Value) -> String {
        let names = argument["names"].elements.map { name in
            (name["kind"] == "short" ? "-" : "--") + (name["name"].string ?? "?")
        }
        let value = "<\(argument["valueName"].string ?? "?")>"
        let words = argument["allValueStrings"].strings
        var text = names.isEmpty ? value : names.joined(separator: ", ")
        if argument["kind"] == "option" { text += " " + (words.isEmpty ? value : words.joined(separator: "|")) }
        if argument["isRepeating"] == true { text += "..." }
        return argument["isOptional"] == true ? "[\(text)]" : text
    }
}

@Suite("Exit statuses")
struct ExitStatusTests {
    private static let reading = [
        "get ippool", "get wep", "ipam show", "ipam show --ip 10.1.0.1", "ipam explain", "ipam history --ip 10.1.0.1",
        "ipam check", "ipam release --ip 10.1.0.1", "delete ippool one",
    ]

    @Test("are 2 where there is no ledger, and nothing is made", arguments: reading)
    func noLedger(words: String) async throws {
        try await withNode { node in
            let completion = try await node.tool(words.split(separator: " ").map(String.init))
            #expect(completion.status == .exited(2))
            #expect(completion.errorText.hasPrefix("Error: there is no ledger in \(node.data)\nHint: "))
            #expect(entries(of: node.data) == [])
        }
    }

    @Test("are 2 for a ledger of a newer Martlet", arguments: reading + ["ipam configure --rest-seconds 1"])
    func newer(words: String) async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            try await node.ledger.pretendNewer()
            let completion = try await node.tool(words.split(separator: " ").map(String.init))
            #expect(completion.status == .exited(2), "\(completion.text)\(completion.errorText)")
            #expect(completion.errorText.contains("newer Martlet"))
        }
    }

    @Test("are 2 for a file that is no ledger", arguments: reading)
    func damaged(words: String) async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            try await node.namespace.must("/bin/rm", "\(node.ledger.path)-wal", "\(node.ledger.path)-shm")
            try writeFile(node.ledger.path, String(repeating: "no ledger ", count: 500))
            let completion = try await node.tool(words.split(separator: " ").map(String.init))
            #expect(completion.status == .exited(2), "\(completion.text)\(completion.errorText)")
            #expect(completion.errorText.contains("ledger.db") || completion.errorText.contains("not a database"))
        }
    }

    @Test(
        "are 64 for wrong usage",
        arguments: ["get", "get thing", "get ippool -o csv", "ipam nonsense", "--nonsense", "ipam show --ip x"])
    func usage(words: String) async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let completion = try await node.tool(words.split(separator: " ").map(String.init))
            #expect(completion.status == .exited(64), "\(completion.text)\(completion.errorText)")
            #expect(completion.output == [] && completion.errorText.contains("Error: "))
        }
    }

    @Test(
        "are 0 for help and version, which stand on standard output", arguments: ["--help", "--version", "ipam --help"])
    func help(words: String) async throws {
        let completion = try await execute(
            [Programs.operatorsTool] + words.split(separator: " ").map(String.init))
        #expect(completion.succeeded && completion.errors == [] && !completion.output.isEmpty)
    }
}
