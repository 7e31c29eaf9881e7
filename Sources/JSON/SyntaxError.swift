extension JSON {
    /// Bytes that are not one well-formed document.
    ///
    /// Prints as `line 3, column 8 (at ipam.pools[0]): expected a value, found '}'`.
    package struct SyntaxError: Error, Equatable, Sendable, CustomStringConvertible {
        /// What was expected and what was found.
        package let message: String
        /// The line, counted from 1.
        package let line: Int
        /// The character of the line, counted from 1.
        package let column: Int
        /// The innermost value that was being read.
        package let path: Path

        /// The whole story in one line.
        package var description: String {
            let place = "line \(line), column \(column)"
            return path == .root ? "\(place): \(message)" : "\(place) (at \(path)): \(message)"
        }
    }

    /// What a document may be at most.
    package struct Limits: Hashable, Sendable {
        /// Length of the document in bytes.
        package var bytes: Int
        /// How many arrays and objects may stand one in the other.
        package var depth: Int

        /// Makes limits; the standard ones are 1 MiB and a depth of 64.
        package init(bytes: Int = 1 << 20, depth: Int = 64) {
            self.bytes = bytes
            self.depth = depth
        }

        /// 1 MiB, 64 deep.
        package static let standard = Limits()
    }
}

/// What is wrong and at which byte; the path grows from the inside out as the error passes each value.
struct Flaw: Error {
    let message: String
    let offset: Int
    private var steps: [JSON.Path.Step] = []

    init(_ message: String, at offset: Int) {
        self.message = message
        self.offset = offset
    }

    func inside(_ step: JSON.Path.Step) -> Flaw {
        var flaw = self
        flaw.steps.append(step)
        return flaw
    }

    func located(in bytes: UnsafeRawBufferPointer) -> JSON.SyntaxError {
        var line = 1
        var column = 1
        for byte in bytes[..<min(offset, bytes.count)] {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                // Continuation bytes belong to the character before them.
                column += 1
            }
        }
        return JSON.SyntaxError(
            message: message, line: line, column: column, path: JSON.Path(steps.reversed()))
    }
}
