import JSON
import Resources

extension CalicoExport {
    /// Reads what kubectl or calicoctl prints of Calico's objects, or the file of `calicoctl datastore migrate export`.
    ///
    /// - Parameters:
    ///   - bytes: the file, UTF-8.
    ///   - file: what to call it in errors.
    /// - Throws: `ManifestError` with file, line and column.
    package static func read(_ bytes: [UInt8], file: String) throws(ManifestError) -> CalicoExport {
        guard let sections = try MigrationSections(bytes, file: file) else {
            return try CalicoExport(try Document.read(bytes, file: file))
        }
        return try CalicoExport(
            try sections.manifests() + [try sections.clusterInformation()], records: try sections.records())
    }
}

/// The three parts of the file of `calicoctl datastore migrate export`, with lines of `===` between them: manifests in
/// YAML, the ClusterInformation in JSON, and the IPAM's records in JSON.
private struct MigrationSections {
    private let file: String
    /// Each with an empty line for every line before it, so that errors name the lines of the whole file.
    private let sections: [[UInt8]]
    /// The line on which each begins, counted from 1.
    private let firstLines: [Int]

    private static let expectation =
        "expected three parts with a line of === before the second and the third, as calicoctl datastore migrate export "
        + "prints them"

    /// Nil for a file without such a line.
    ///
    /// - Throws: `ManifestError` for another number of parts than three.
    init?(_ bytes: [UInt8], file: String) throws(ManifestError) {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let rules = lines.indices.filter { number in
            lines[number].elementsEqual("===".utf8) || lines[number].elementsEqual("===\r".utf8)
        }
        if rules.isEmpty { return nil }
        guard rules.count == 2 else {
            let line = rules.count < 2 ? lines.count : rules[2] + 1
            let advice = rules.count < 2 ? ": the file is cut off, export again" : ": give one export alone"
            throw ManifestError(
                Position(file: file, line: line, column: 1),
                "\(Self.expectation), found \(rules.count + 1)\(advice)")
        }
        self.file = file
        let starts = [0] + rules.map { $0 + 1 }
        firstLines = starts.map { $0 + 1 }
        sections = zip(starts, rules + [lines.count]).map { start, end in
            [UInt8](repeating: UInt8(ascii: "\n"), count: start) + lines[start..<end].joined(separator: "\n".utf8)
        }
    }

    func manifests() throws(ManifestError) -> [Document] { try Document.read(sections[0], file: file) }

    func clusterInformation() throws(ManifestError) -> Document {
        let documents = try Document.read(sections[1], file: file)
        guard let document = documents.first, documents.count == 1 else {
            throw wrong(section: 1, "the ClusterInformation", documents.count)
        }
        guard document.value["kind"] == "ClusterInformation" else {
            throw document.error(
                .root.appending("kind"), expected: "ClusterInformation between the lines of ===",
                found: document.value["kind"])
        }
        return document
    }

    func records() throws(ManifestError) -> Document {
        let documents = try Contents.read(sections[2], file: file)
        guard let document = documents.first?.document, documents.count == 1 else {
            throw wrong(section: 2, "the records of the IPAM, one object in JSON,", documents.count)
        }
        return document
    }

    private func wrong(section: Int, _ what: String, _ count: Int) -> ManifestError {
        ManifestError(
            Position(file: file, line: firstLines[section], column: 1),
            "expected \(what) behind the line of ===, found \(count == 0 ? "nothing" : "\(count) documents"): "
                + "export again")
    }
}
