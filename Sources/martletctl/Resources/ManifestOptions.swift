import ArgumentParser
import Manifests
import Resources

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
            let bytes = try Input.bytes(of: path, limit: Document.sizeLimit)
            do throws(ManifestError) {
                for document in try Document.read(bytes, file: Input.name(of: path)) {
                    resources.append(try Resource(document))
                }
            } catch { throw Trouble(.findings, error.description) }
        }
        if resources.isEmpty { throw Trouble(.findings, "there is no manifest in " + filename.joined(separator: ", ")) }
        return resources
    }
}
