import Foundation
import Testing

/// A document of `docs`, as far as tests read it: headings, tables, and commands with what they print.
struct Document: Sendable, CustomTestStringConvertible {
    /// Commands that stand in a block marked `sh run`, to be run as one script.
    struct Example: Sendable {
        let line: Int
        let script: String
        /// 0 unless the mark says otherwise: `sh run 1`.
        let status: Int32
        /// The `text` block right below; empty where none stands.
        let shown: String
        /// Numbers of the lines after the commands that show what they print; empty where none do.
        fileprivate let showing: Range<Int>
    }

    let name: String
    let lines: [String]
    let examples: [Example]
    /// Lines at which blocks of commands begin that nobody runs, but for those that need Kubernetes or a machine's own
    /// systemd and say so: `sh cluster`.
    let unmarked: [Int]

    /// The package's folder.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// All of them, by name.
    static let all: [Document] = {
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(root)/docs")
            return try names.filter { $0.hasSuffix(".md") }.sorted().map(Document.init)
        } catch { return [] }
    }()

    init(_ name: String) throws {
        self.name = name
        lines = try String(contentsOfFile: "\(Document.root)/docs/\(name)", encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let blocks = Block.all(in: lines)
        unmarked = blocks.filter {
            $0.kind.first == "sh" && $0.kind[1...].first != "run" && $0.kind != ["sh", "cluster"]
        }
        .map(\.line)
        examples = zip(blocks, blocks.dropFirst().map(Optional.some) + [nil]).compactMap { block, next in
            guard block.kind.starts(with: ["sh", "run"]) else { return nil }
            let shown = next.flatMap { $0.kind == ["text"] && $0.line == block.end + 2 ? $0 : nil }
            return Example(
                line: block.line, script: block.text, status: block.kind.count > 2 ? Int32(block.kind[2]) ?? -1 : 0,
                shown: shown?.text ?? "", showing: block.end..<(shown?.end ?? block.end))
        }
    }

    var testDescription: String { name }

    /// Writes the document anew, with what the examples print: one text for each, empty for nothing.
    func record(_ printed: [String]) throws {
        var new = lines
        for (example, text) in zip(examples, printed).reversed() {
            new.replaceSubrange(example.showing, with: text.isEmpty ? [] : ["", "```text", text, "```"])
        }
        try new.joined(separator: "\n").write(
            toFile: "\(Document.root)/docs/\(name)", atomically: true, encoding: .utf8)
    }

    /// What stands between backticks as the whole of a heading of that level.
    func names(ofLevel level: Int) -> [String] {
        let start = String(repeating: "#", count: level) + " `"
        return lines.filter { $0.hasPrefix(start) && $0.hasSuffix("`") }.map {
            String($0.dropFirst(start.count).dropLast())
        }
    }

    /// The first cells of the table rows below a heading, without their backticks.
    func rows(below heading: String) -> [String] {
        guard let start = lines.firstIndex(of: heading) else { return [] }
        let section = lines[(start + 1)...].prefix { !$0.hasPrefix("#") }
        return section.filter { $0.hasPrefix("| `") }.compactMap { $0.firstMatch(of: /^\| `([^`]+)`/)?.1 }.map(
            String.init)
    }
}

/// What stands between two fences.
private struct Block {
    /// Numbers of the fences' lines, the first line being 1.
    let line: Int
    let end: Int
    /// The words behind the first fence.
    let kind: [String]
    let text: String

    static func all(in lines: [String]) -> [Block] {
        var blocks: [Block] = []
        var start: Int?
        for (index, line) in lines.enumerated() where line.hasPrefix("```") {
            if let begin = start {
                let kind = lines[begin].dropFirst(3).split(separator: " ").map(String.init)
                let text = lines[(begin + 1)..<index].joined(separator: "\n")
                blocks.append(Block(line: begin + 1, end: index + 1, kind: kind, text: text))
                start = nil
            } else {
                start = index
            }
        }
        return blocks
    }
}
