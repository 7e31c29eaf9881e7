extension JSON {
    /// A well-formed value that is not the one wanted.
    ///
    /// Prints as `ipam.pools[0].blockSize: expected a whole number from 20 to 32, found "abc"`.
    package struct TypeError: Error, Equatable, Sendable, CustomStringConvertible {
        /// What `found` says when there is no value.
        package static let absent = "nothing"

        /// Where the value stands.
        package let path: Path
        /// The value as JSON, or words for it, cut to 60 characters where it is wrong.
        package let found: String
        /// What should have been there, and what to do about it where that is not plain.
        package let expected: String
        /// Whether the value is one that the key can have, and only asks for what is not done here.
        package let isUnsupported: Bool

        /// Makes an error about a value, or about one that is missing.
        package init(path: Path, found: JSON?, expected: String) {
            self.path = path
            self.found = found.map { $0.description.shortened } ?? Self.absent
            self.expected = expected
            isUnsupported = false
        }

        /// Makes an error about a value that asks for what is not done here; `found` is all of it.
        package init(path: Path, unsupported value: JSON, expected: String) {
            self.path = path
            found = value.description
            self.expected = expected
            isUnsupported = true
        }

        /// The whole story in one line.
        package var description: String {
            path == .root
                ? "expected \(expected), found \(found)" : "\(path): expected \(expected), found \(found)"
        }
    }
}
