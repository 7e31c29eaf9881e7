import JSON
import Resources

extension Document {
    /// The longest file, in bytes.
    package static let sizeLimit = 10 << 20

    /// How many objects and arrays may stand one in the other.
    package static let depthLimit = 64

    /// Reads the manifests of a file.
    ///
    /// The file is YAML, and so may be JSON: one document or several, each of them an object, a list of objects as
    /// kubectl and calicoctl print it, or an array of objects. Empty documents are passed over.
    ///
    /// - Parameters:
    ///   - bytes: the file, UTF-8.
    ///   - file: what to call it in errors.
    /// - Throws: `ManifestError` with file, line and column, also for an object whose apiVersion is none of Calico's.
    package static func read(_ bytes: [UInt8], file: String) throws(ManifestError) -> [Document] {
        guard bytes.count <= sizeLimit else {
            throw ManifestError(
                Position(file: file, line: 1, column: 1),
                "the file has \(bytes.count) bytes, at most \(sizeLimit) are taken")
        }
        var documents: [Document] = []
        for contents in try Contents.read(bytes, file: file) { documents += try contents.manifests() }
        return documents
    }
}
