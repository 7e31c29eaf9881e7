import Foundation
import TestKit
import Testing

/// Everything is there that a page can have: a pod has come and gone, BIRD runs and has a peer.
private func fullPage(_ body: (PrometheusPage) throws -> Void) async throws {
    try await withNode { node in
        let monitored = try await MonitoredNode.start(on: node)
        try await monitored.page { $0.families["martlet_blocks"] != nil }
        let bird = try await monitored.startBIRD()
        try await monitored.delete(try await monitored.add())
        try body(
            try await monitored.page {
                $0.families["martlet_bgp_sessions"] != nil
                    && $0.value("martlet_cni_operations_total", ["operation": "DEL", "code": "0"]) == 1
            })
        bird.end()
    }
}

private let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs").path

@Suite("Metrics that people are told of")
struct DocumentedTests {
    @Test("docs/agent.md has a row for each metric that is served, with its labels, and none for others")
    func table() async throws {
        let text = String(decoding: try readFile("\(docs)/agent.md"), as: UTF8.self)
        let section = try #require(text.components(separatedBy: "### What is measured\n").dropFirst().first)
        let rows = section.components(separatedBy: "\n### ")[0].split(separator: "\n").filter { $0.hasPrefix("| `") }
        let documented = rows.map { $0.split(separator: "|").prefix(2).map(names) }
        try await fullPage { page in
            #expect(documented.map { $0[0][0] }.sorted() == page.families.keys.sorted())
            for row in documented {
                let labels = page.families[row[0][0]]?.values.keys.first?.labels.keys.filter { $0 != "le" }
                #expect(labels?.sorted() == row[1].sorted(), "\(row)")
            }
        }
    }

    @Test("docs/grafana.json asks for metrics that are served, and leaves none out")
    func dashboard() async throws {
        let board = try Value(parsing: try readFile("\(docs)/grafana.json"))
        let expressions = board["panels"].elements.flatMap { $0["targets"].elements }.compactMap { $0["expr"].string }
        #expect(expressions.count > 20)
        let asked = Set(
            expressions.flatMap { $0.matches(of: /\b(martlet|process)_[a-z_]+/).map { String($0.output.0) } })
        try await fullPage { page in
            var served = Set(page.families.filter { $0.value.kind != "histogram" }.keys)
            for family in page.families.values where family.kind == "histogram" {
                served.insert(family.name + "_bucket")
            }
            #expect(asked.subtracting(served).isEmpty)
            #expect(served.subtracting(asked).isEmpty)
        }
    }

    /// What stands between backquotes.
    private func names(_ cell: Substring) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
