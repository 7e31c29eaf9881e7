import Foundation
import TestKit
import Testing

/// MARTLET_RECORD=1 writes what is printed otherwise than shown into the documents, to be read before it is committed.
@Suite("Each document of docs")
struct ExampleTests {
    private static let isRecording = ProcessInfo.processInfo.environment["MARTLET_RECORD"] != nil

    @Test(
        "shows what its commands print, run one after the other on a node with pods",
        arguments: Document.all.filter { !$0.examples.isEmpty })
    func examples(_ document: Document) async throws {
        try await document.withStage { scene in
            var printed: [String] = []
            for example in document.examples {
                let place = "docs/\(document.name), line \(example.line)"
                let done = try await scene.run(example.script)
                let text = tidy(done.text + done.errorText)
                #expect(done.status == .exited(example.status), "\(place): \(text)")
                #expect(example.status != 0 || done.errors.isEmpty, "\(place): \(text)")
                let isAsShown = steady(text) == steady(example.shown)
                #expect(isAsShown, "\(place) prints\n\(text)")
                printed.append(isAsShown ? example.shown : text)
            }
            if ExampleTests.isRecording { try document.record(printed) }
        }
    }

    @Test("has no command that this suite does not run", arguments: Document.all)
    func unmarked(_ document: Document) {
        #expect(document.unmarked == [])
    }

    @Test("is there")
    func there() {
        let names = Document.all.filter { !$0.examples.isEmpty }.map(\.name)
        #expect(Set(names).isSuperset(of: ["audit.md", "kubernetes.md", "ledger.md", "martletctl.md", "moving-in.md"]))
    }

    /// Lines without blanks at their ends, and without empty ones at the end.
    private func tidy(_ text: String) -> String {
        text.replacing(/[ \n]+$/, with: "").replacing(/[ ]+\n/, with: "\n")
    }

    /// Without what is another at every run: times, processes, and the MACs that the kernel makes up.
    private func steady(_ text: String) -> String {
        text.replacing(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ?/, with: "TIME")
            .replacing(#/ \d\d:\d\d:\d\d /#, with: " CLOCK ")
            .replacing(/process \d+/, with: "process N")
            .replacing(/([0-9a-f]{2}:){5}[0-9a-f]{2}/) { $0.0 == "ee:ee:ee:ee:ee:ee" ? $0.0 : "MAC" }
    }
}
