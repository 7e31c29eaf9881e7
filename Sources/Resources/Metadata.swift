import JSON

/// What an object is called, and the words that operators attach to it.
package struct Metadata: Hashable, Sendable {
    /// The object's name, an RFC 1123 subdomain, which no other of its kind has.
    package var name: String
    /// What selectors look at.
    package var labels: [String: String]
    /// What nothing looks at but people and their programs.
    package var annotations: [String: String]

    /// Makes metadata.
    package init(name: String, labels: [String: String] = [:], annotations: [String: String] = [:]) {
        self.name = name
        self.labels = labels
        self.annotations = annotations
    }

    /// As a manifest has it, with what is empty left out.
    package var manifest: JSON {
        var members = [JSON.Member("name", .string(name))]
        members.append("labels", labels)
        members.append("annotations", annotations)
        return .object(members)
    }
}

extension Metadata {
    /// What an API server notes about an object, which is of no use elsewhere.
    private static let ofServers = [
        "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink",
        "deletionTimestamp", "deletionGracePeriodSeconds", "finalizers", "ownerReferences",
    ]

    /// What kubectl notes for itself: the manifest once more, as it was before.
    private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

    init(_ fields: Fields) throws(ManifestError) {
        try fields.check(
            carriedOut: ["name", "labels", "annotations"] + Self.ofServers,
            refused: [
                Refusal("namespace", because: "these objects are the whole cluster's"),
                Refusal("generateName", because: "an object needs a name of its own"),
            ])
        guard let name = try fields.text("name"), isSubdomain(name) else {
            throw fields.error("name", expected: subdomainRule)
        }
        self.name = name
        labels = try fields.fields("labels").labels()
        annotations = try fields.fields("annotations").dictionary()
        annotations[Self.lastApplied] = nil
    }
}

extension Fields {
    /// The texts under all names, whatever these are.
    fileprivate func dictionary() throws(ManifestError) -> [String: String] {
        var dictionary: [String: String] = [:]
        for member in object.members {
            guard case .string(let text) = member.value else {
                throw error(member.name, expected: "a string", because: "put it in quotes")
            }
            dictionary[member.name] = text
        }
        return dictionary
    }

    /// The same, and names and texts are such as selectors can name.
    fileprivate func labels() throws(ManifestError) -> [String: String] {
        let labels = try dictionary()
        for member in object.members {
            guard isLabelName(member.name) else {
                throw document.error(nameOf: path(to: member.name), "expected \(labelNameRule)")
            }
            guard case .string(let text) = member.value, isLabelText(text) else {
                throw error(member.name, expected: labelTextRule)
            }
        }
        return labels
    }
}

extension [JSON.Member] {
    /// Appends texts under their names, in alphabetical order; nothing when there are none.
    fileprivate mutating func append(_ name: String, _ texts: [String: String]) {
        guard !texts.isEmpty else { return }
        let members = texts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }
        append(JSON.Member(name, .object(members)))
    }
}
