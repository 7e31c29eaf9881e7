extension JSON {
    /// A well-formed value that is not the one wanted.
    ///
    /// Prints as `ipam.pools[0].blockSize: expected a whole number from 20 to 32, found "abc"`.
    package struct TypeError: Error, Equatable, Sendable, CustomStringConvertible {
        /// What `found` says when there is no value.
        package static let absent = "nothing"

        /// Where the value stands.
        package let path: Path
        /// The value as JSON, or words for it, cut to 60 characters.
        package let found: String
        /// What should have been there, and what to do about it where that is not plain.
        package let expected: String

        /// Makes an error about a value, or about one that is missing.
        package init(path: Path, found: JSON?, expected: String) {
            self.path = path
            self.found = found.map { $0.description.shortened } ?? Self.absent
            self.expected = expected
        }

        /// The whole story in one line.
        package var description: String {
            path == .root
                ? "expected \(expected), found \(found)" : "\(path): expected \(expected), found \(found)"
        }
    }
}
