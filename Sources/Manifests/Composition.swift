import JSON
import Resources
import Yams

/// From a tree of Yams's to a value of the house's, and where its parts stand.
struct Composition {
    let file: String
    var depth = 0

    func value(of node: Tree) throws(ManifestError) -> (JSON, Marks) {
        switch node {
        case .scalar(let scalar): return (try value(of: scalar), Marks(value: place(node)))
        case .sequence(let sequence):
            try check(sequence.tag, of: node, is: .seq)
            return try array(sequence, place(node))
        case .mapping(let mapping):
            try check(mapping.tag, of: node, is: .map)
            return try object(mapping, place(node))
        // Nodes are aliases only where programs make them so.
        case .alias: throw wrong(node, "an alias is not taken, write its value out")
        }
    }

    private func array(_ sequence: Tree.Sequence, _ place: Marks.Place) throws(ManifestError) -> (JSON, Marks) {
        var elements: [JSON] = []
        var parts: [Marks] = []
        for node in sequence {
            let (value, marks) = try deeper(node).value(of: node)
            elements.append(value)
            parts.append(marks)
        }
        return (.array(elements), Marks(value: place, parts: parts))
    }

    private func object(_ mapping: Tree.Mapping, _ place: Marks.Place) throws(ManifestError) -> (JSON, Marks) {
        var members: [JSON.Member] = []
        var parts: [Marks] = []
        for (key, node) in mapping {
            guard case .scalar(let name) = key else { throw wrong(key, "a name must be a text") }
            try checkText(name.tag, of: key)
            let (value, marks) = try deeper(node).value(of: node)
            members.append(JSON.Member(name.string, value))
            parts.append(Marks(value: marks.value, name: self.place(key), parts: marks.parts))
        }
        return (.object(members), Marks(value: place, parts: parts))
    }

    private func value(of scalar: Tree.Scalar) throws(ManifestError) -> JSON {
        try checkText(scalar.tag, of: .scalar(scalar))
        let isPlain = scalar.style == .plain && scalar.tag.rawValue.isEmpty
        return isPlain ? JSON(plain: scalar.string) : .string(scalar.string)
    }

    private func deeper(_ node: Tree) throws(ManifestError) -> Composition {
        guard depth < Document.depthLimit else {
            throw wrong(node, "it is nested deeper than \(Document.depthLimit) levels")
        }
        return Composition(file: file, depth: depth + 1)
    }
}

extension Composition {
    /// A text has no tag, or one that says that it is a text.
    private func checkText(_ tag: Tag, of node: Tree) throws(ManifestError) {
        if tag.rawValue == Tag.Name.nonSpecific.rawValue { return }
        try check(tag, of: node, is: .str)
    }

    private func check(_ tag: Tag, of node: Tree, is usual: Tag.Name) throws(ManifestError) {
        guard tag.rawValue.isEmpty || tag.rawValue == usual.rawValue else {
            // `!all()` is one, where a selector was meant.
            throw wrong(node, "the tag \(tag.rawValue) is not taken, put a text that begins with '!' in quotes")
        }
    }

    private func place(_ node: Tree) -> Marks.Place {
        Marks.Place(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    private func wrong(_ node: Tree, _ message: String) -> ManifestError {
        let place = place(node)
        return ManifestError(Position(file: file, line: place.line, column: place.column), message)
    }
}
