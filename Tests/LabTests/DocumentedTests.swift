import Foundation
import TestKit
import Testing

/// What docs/martletctl.md shows of a node in a mesh.
@Suite struct DocumentedTests {
    @Test("node status and node routes print on node1 what docs/martletctl.md shows, but for times")
    func shown() async throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/martletctl.md")
        let document = timeless(try String(contentsOf: file, encoding: .utf8))
        try await Lab.with { lab in
            for node in Lab.nodes { _ = try await lab.block(of: node) }
            for words in ["status", "routes"] {
                var text = ""
                let isShown = try await eventually(within: .seconds(10)) {
                    text = timeless(try await lab.on("node1", "martletctl", "node", words))
                    return document.contains("\n```text\n\(text)\n```\n")
                }
                #expect(isShown, "\(text)")
            }
        }
    }

    private func timeless(_ text: String) -> String {
        text.replacing(/\d{4}-\d\d-\d\d/, with: "DATE").replacing(/\d\d:\d\d:\d\d/, with: "TIME")
    }
}
