import JSON
import Resources
import Yams

extension JSON {
    /// Values as a file of YAML, a document for each.
    ///
    /// - Throws: `ManifestError` when Yams refuses, which it has no reason to.
    package static func yaml(_ documents: [JSON]) throws(ManifestError) -> String {
        do {
            let nodes = documents.map(\.node)
            return try serialize(nodes: nodes, width: -1, allowUnicode: true, explicitStart: documents.count > 1)
        } catch {
            throw ManifestError(nil, "\(error)")
        }
    }

    private var node: Tree {
        switch self {
        case .string(let text): Tree(text, Tag(.str), text.style)
        case .array(let elements): Tree(elements.map(\.node), Tag(.seq), .block)
        case .object(let members):
            Tree(members.map { (JSON.string($0.name).node, $0.value.node) }, Tag(.map), .block)
        case .null, .bool, .number: Tree(description, Tag(.str), .plain)
        }
    }
}

extension String {
    /// How a text is written so that every reader of YAML takes it for one.
    fileprivate var style: Tree.Scalar.Style {
        // Quoted, line breaks of other kinds than this are written in digits.
        if contains(where: { $0.isNewline && $0 != "\n" }) { return .doubleQuoted }
        if contains("\n") { return .literal }
        // Yams's own rules are those of YAML 1.1, where more texts mean something else.
        let isText = JSON(plain: self) == .string(self) && Tree(self).tag == Tag(.str)
        return isText ? .any : .doubleQuoted
    }
}
