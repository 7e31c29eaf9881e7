import ArgumentParser
import Glibc
import Manifests
import Resources
import System

/// Which manifests a command works with.
struct ManifestOptions: ParsableArguments {
    @Option(
        name: [.short, .customLong("filename")],
        help: ArgumentHelp("A file of manifests, YAML or JSON; - is stdin.", valueName: "file"))
    var filename: [String]

    /// Every object in the files, in their order.
    ///
    /// - Throws: `Trouble` with file, line and column.
    func resources() throws(Trouble) -> [Resource] {
        var resources: [Resource] = []
        for path in filename {
            let bytes = try Self.bytes(of: path)
            do throws(ManifestError) {
                for document in try Document.read(bytes, file: path == "-" ? "stdin" : path) {
                    resources.append(try Resource(document))
                }
            } catch { throw Trouble(.findings, error.description) }
        }
        if resources.isEmpty { throw Trouble(.findings, "there is no manifest in " + filename.joined(separator: ", ")) }
        return resources
    }

    /// What is in a file, or comes on stdin.
    static func bytes(of path: String) throws(Trouble) -> [UInt8] {
        do throws(SystemError) {
            if path == "-" { return try readToEnd(0, limit: Document.sizeLimit) }
            let file = try FileDescriptor(opening: path, O_RDONLY)
            return try file.readToEnd(limit: Document.sizeLimit)
        } catch { throw Trouble(.blind, error.description) }
    }
}
