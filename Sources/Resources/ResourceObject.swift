import JSON

/// An object that operators declare by a manifest: a kind, a name, and what is wanted.
package protocol ResourceObject: Hashable, Sendable {
    /// Its kind.
    static var kind: ResourceKind { get }

    /// Its name and labels.
    var metadata: Metadata { get set }

    /// What is wanted, as a manifest has it under `spec`.
    var spec: JSON { get }

    /// Reads a manifest of this kind, and refuses it when it asks for what Martlet does not carry out.
    init(_ document: Document) throws(ManifestError)
}

extension ResourceObject {
    /// Its name.
    package var name: String { metadata.name }

    /// The object as a manifest of Calico's.
    package var manifest: JSON {
        [
            "apiVersion": .string(APIVersion.calico.rawValue),
            "kind": .string(Self.kind.name),
            "metadata": metadata.manifest,
            "spec": spec,
        ]
    }
}

/// What manifests of all kinds have in common.
struct Envelope {
    let metadata: Metadata
    let spec: Fields
    /// What was observed rather than declared; no part of the object.
    let status: Fields

    init(_ document: Document, of kind: ResourceKind) throws(ManifestError) {
        let fields = try Fields(document)
        _ = try APIVersion(of: document)
        guard try fields.text("kind") == kind.name else { throw fields.error("kind", expected: kind.name) }
        try fields.check(carriedOut: ["apiVersion", "kind", "metadata", "spec", "status"])
        metadata = try Metadata(fields.fields("metadata"))
        spec = try fields.fields("spec")
        status = try fields.fields("status")
    }
}
