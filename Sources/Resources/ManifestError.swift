import JSON

/// A manifest that cannot be taken, and why.
///
/// Prints as `pools.yaml:7:14: spec.vxlanMode: expected Never, found "Always": Martlet does not encapsulate`.
package struct ManifestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where it was written; nil for a manifest that stands in no file.
    package let position: Position?
    /// Which part of the manifest it is about.
    package let path: JSON.Path
    /// What is wrong with it.
    package let message: String

    /// Makes an error.
    package init(_ position: Position?, at path: JSON.Path = .root, _ message: String) {
        self.position = position
        self.path = path
        self.message = message
    }

    /// The whole story in one line.
    package var description: String {
        let place = position.map { "\($0): " } ?? ""
        return path == .root ? place + message : "\(place)\(path): \(message)"
    }
}

extension Document {
    /// An error about a value, or about one that is missing.
    package func error(
        _ path: JSON.Path, expected: String, found: JSON?, because reason: String? = nil
    ) -> ManifestError {
        // The house's own wording, and long values cut.
        let found = JSON.TypeError(path: path, found: found, expected: expected).found
        return error(path, "expected \(expected), found \(found)" + (reason.map { ": \($0)" } ?? ""))
    }

    /// An error in words of its own.
    package func error(_ path: JSON.Path, _ message: String) -> ManifestError {
        ManifestError(position(of: path), at: path, message)
    }

    /// An error about the name of a value.
    package func error(nameOf path: JSON.Path, _ message: String) -> ManifestError {
        ManifestError(position(ofNameOf: path), at: path, message)
    }

    /// The same mistake, and where it was written.
    package func error(_ mistake: JSON.TypeError) -> ManifestError {
        error(mistake.path, "expected \(mistake.expected), found \(mistake.found)")
    }
}
