import JSON
import Resources

/// One document of a file, which may be a list of several manifests.
struct Contents {
    let value: JSON
    let marks: Marks
    let file: String

    /// The documents of a file that are not empty.
    static func read(_ bytes: [UInt8], file: String) throws(ManifestError) -> [Contents] {
        let text = try SourceText(bytes, file: file)
        try text.refuseAliases()
        var documents: [Contents] = []
        for root in try text.roots() {
            let (value, marks) = try Composition(file: file).value(of: root)
            if value != .null { documents.append(Contents(value: value, marks: marks, file: file)) }
        }
        return documents
    }

    /// The manifests.
    func manifests() throws(ManifestError) -> [Document] {
        switch value {
        case .array(let elements): return try manifests(elements, marks.parts)
        case .object(let members):
            let document = document
            guard try document.isList() else {
                _ = try APIVersion(of: document)
                return [document]
            }
            return try manifests(members)
        default:
            throw document.error(.root, expected: "an object with apiVersion, kind, metadata and spec", found: value)
        }
    }

    var document: Document { Document(value, file: file, marks: marks) }

    private func manifests(_ list: [JSON.Member]) throws(ManifestError) -> [Document] {
        guard list.value(named: "items") != nil else {
            throw document.error(.root.appending("items"), expected: "an array", found: nil)
        }
        var manifests: [Document] = []
        for (member, marks) in zip(list, marks.parts) {
            let path = JSON.Path.root.appending(member.name)
            switch (member.name, member.value) {
            case ("items", .array(let elements)): manifests += try self.manifests(elements, marks.parts)
            // Go prints so a list of nothing.
            case ("items", .null): continue
            case ("items", let value): throw document.error(path, expected: "an array", found: value)
            // What a server notes about a list is of no use elsewhere.
            case ("apiVersion", _), ("kind", _), ("metadata", _): continue
            default:
                throw document.error(
                    nameOf: path, "unknown field, expected one of apiVersion, kind, metadata, items")
            }
        }
        return manifests
    }

    private func manifests(_ elements: [JSON], _ marks: [Marks]) throws(ManifestError) -> [Document] {
        var manifests: [Document] = []
        for (element, marks) in zip(elements, marks) {
            manifests += try Contents(value: element, marks: marks, file: file).manifests()
        }
        return manifests
    }
}

extension Document {
    /// Whether it is a list as kubectl prints it or, for the objects of one kind, calicoctl.
    fileprivate func isList() throws(ManifestError) -> Bool {
        guard case .string(let kind) = value["kind"], kind.hasSuffix("List") else { return false }
        guard kind == "List" else {
            _ = try APIVersion(of: self)
            return true
        }
        guard value["apiVersion"] == "v1" else {
            throw error(.root.appending("apiVersion"), expected: "v1", found: value["apiVersion"])
        }
        return true
    }
}
