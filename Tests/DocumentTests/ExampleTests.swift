import TestKit
import Testing

@Suite("Each document of docs")
struct ExampleTests {
    @Test(
        "shows what its commands print, run one after the other on a node with pods",
        arguments: Document.all.filter { !$0.examples.isEmpty })
    func examples(_ document: Document) async throws {
        try await withNode([.defaultRoute, .ownMounts]) { node in
            let scene = try await Scene(node)
            for example in document.examples {
                let place = "docs/\(document.name), line \(example.line)"
                let done = try await scene.run(example.script)
                let text = done.text + done.errorText
                #expect(done.status == .exited(example.status), "\(place): \(text)")
                #expect(example.status != 0 || done.errors.isEmpty, "\(place): \(text)")
                guard let shown = example.shown else { continue }
                #expect(steady(text) == steady(shown), "\(place) prints\n\(text)")
            }
        }
    }

    @Test("has no command that this suite does not run", arguments: Document.all)
    func unmarked(_ document: Document) {
        #expect(document.unmarked == [])
    }

    @Test("is there")
    func there() {
        let names = Document.all.filter { !$0.examples.isEmpty }.map(\.name)
        #expect(Set(names).isSuperset(of: ["audit.md", "ledger.md", "martletctl.md"]))
    }

    /// Without what is another at every run: times, and the MACs that the kernel makes up.
    private func steady(_ text: String) -> [String] {
        let timeless = text.replacing(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ?/, with: "TIME")
        let lines = timeless.replacing(/([0-9a-f]{2}:){5}[0-9a-f]{2}/) { $0.0 == "ee:ee:ee:ee:ee:ee" ? $0.0 : "MAC" }
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0.reversed().drop { $0 == " " }.reversed()) }
        return lines.last == "" ? lines.dropLast() : lines
    }
}
