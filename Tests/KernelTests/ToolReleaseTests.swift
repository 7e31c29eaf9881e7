import Foundation
import TestKit
import Testing

private let release = "\(CNITool.root)/.build-release/tool"

@Suite(
    "What Scripts/build tool makes",
    .enabled(if: FileManager.default.fileExists(atPath: release), "Scripts/build tool makes it"))
struct ToolReleaseTests {
    @Test("needs nothing of Swift on the node")
    func libraries() async throws {
        let needed = try await execute(["/usr/bin/ldd", "\(release)/martletctl"]).text
        #expect(needed.contains("libmnl.so") && needed.contains("libsqlite3.so"))
        #expect(needed.matches(of: /swift|Foundation|not found/).isEmpty)
    }

    @Test("has a page of the manual for each command, and one for the agent")
    func pages() async throws {
        let help = try await execute(["\(release)/martletctl", "--experimental-dump-help"])
        let expected = names(of: try Value(parsing: help.output)["command"], below: "").map { "\($0).8" }
        #expect(entries(of: "\(release)/man").sorted() == (expected + ["martletd.8"]).sorted())
        #expect(expected.contains("martletctl.ipam.check.8"))
        let page = try String(contentsOfFile: "\(release)/man/martletctl.ipam.check.8", encoding: .utf8)
        #expect(page.contains(".Dt MARTLETCTL.IPAM.CHECK 8") && page.contains("docs/audit.md"))
    }

    @Test("completes commands in bash")
    func completion() async throws {
        let script = """
            source "$0/completions/martletctl.bash"
            COMP_WORDS=(martletctl ipam '') COMP_CWORD=2 COMP_LINE='martletctl ipam ' COMP_POINT=16
            _martletctl martletctl '' ipam
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let offered = try await execute(["/bin/bash", "-c", script, release]).text.split(
            separator: "\n")
        #expect(Set(offered).isSuperset(of: ["show", "check", "release", "history"]))
    }

    private func names(of command: Value, below parent: String) -> [String] {
        let name = parent + (command["commandName"].string ?? "")
        return [name] + command["subcommands"].elements.flatMap { names(of: $0, below: name + ".") }
    }
}
