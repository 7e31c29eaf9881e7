import Foundation
import JSON
import Manifests
import Resources

/// A file beside this one.
func fixture(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    return Array(try Data(contentsOf: folder.appendingPathComponent(name)))
}

/// The objects in a text.
func resources(_ text: String, file: String = "f.yaml") throws(ManifestError) -> [Resource] {
    try resources(Array(text.utf8), file: file)
}

func resources(_ bytes: [UInt8], file: String) throws(ManifestError) -> [Resource] {
    var resources: [Resource] = []
    for document in try Document.read(bytes, file: file) { resources.append(try Resource(document)) }
    return resources
}

/// The error of a text, empty when it is taken.
func refusal(_ bytes: [UInt8], file: String = "f.yaml") -> String {
    do throws(ManifestError) {
        _ = try resources(bytes, file: file)
        return ""
    } catch {
        return error.description
    }
}

func refusal(_ text: String) -> String { refusal(Array(text.utf8)) }
