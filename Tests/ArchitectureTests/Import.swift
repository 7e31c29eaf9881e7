import Foundation
import TestKit

/// An `import` line of a source file.
struct Import: Hashable, Sendable, CustomStringConvertible {
    let module: String
    /// Relative to the package's folder.
    let file: String

    var description: String { "\(file) imports \(module)" }

    /// Those of all Swift files in a folder of the package, however deep.
    static func all(below folder: String) throws -> [Import] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: "\(DescribedPackage.root)/\(folder)")
        var imports: [Import] = []
        for name in names.sorted() where name.hasSuffix(".swift") {
            let file = "\(folder)/\(name)"
            let text = String(decoding: try readFile("\(DescribedPackage.root)/\(file)"), as: UTF8.self)
            imports += modules(in: text).map { Import(module: $0, file: file) }
        }
        return imports
    }

    /// The modules that a source text imports, in any of the forms the language has.
    static func modules(in text: String) -> [String] {
        let line =
            /(?:^|;)[ \t]*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor)\s+)?(?<module>\w+)/
            .anchorsMatchLineEndings()
        return text.matches(of: line).map { String($0.module) }
    }
}
