import Resources
import Yams

/// A value as Yams reads it; a `Node` is another thing here.
typealias Tree = Yams.Node

/// The text of a file, and how to speak of its characters.
struct SourceText {
    let text: String
    let file: String

    init(_ bytes: [UInt8], file: String) throws(ManifestError) {
        self.file = file
        // Windows's editors put a mark in front.
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
        do throws(UTF8.ValidationError) {
            text = String(copying: try UTF8Span(validating: bytes.span))
        } catch {
            let position = Self.position(of: error.byteOffsets.lowerBound, in: bytes, file: file)
            throw ManifestError(position, "expected UTF-8")
        }
        try refuseDoubtfulLineBreaks(bytes)
    }

    /// Refuses what breaks lines in YAML 1.1, and so for Yams, but is a letter like others in YAML 1.2 and in JSON.
    private func refuseDoubtfulLineBreaks(_ bytes: [UInt8]) throws(ManifestError) {
        for offset in bytes.indices where bytes[offset] == 0xC2 || bytes[offset] == 0xE2 {
            let rest = bytes[offset...]
            guard
                rest.starts(with: [0xC2, 0x85]) || rest.starts(with: [0xE2, 0x80, 0xA8])
                    || rest.starts(with: [0xE2, 0x80, 0xA9])
            else { continue }
            throw ManifestError(position(of: offset), "U+0085, U+2028 and U+2029 are taken only as \\u in quotes")
        }
    }

    /// The trees of its documents.
    func roots() throws(ManifestError) -> [Tree] {
        do {
            // Without rules, so that a scalar's style is all that is known of it: which of them are numbers, this
            // target says itself.
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            var roots: [Tree] = []
            while let root = try parser.nextRoot() { roots.append(root) }
            return roots
        } catch {
            throw syntaxError(error)
        }
    }

    /// Where a byte is.
    func position(of offset: Int) -> Position { Self.position(of: offset, in: text.utf8, file: file) }

    private static func position(of offset: Int, in bytes: some Collection<UInt8>, file: String) -> Position {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                // Continuation bytes belong to the character before them.
                column += 1
            }
        }
        return Position(file: file, line: line, column: column)
    }
}
