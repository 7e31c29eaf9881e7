import JSON

/// What Calico's datastore says of pools and addresses, as kubectl or calicoctl prints it.
package struct CalicoExport: Hashable, Sendable {
    package private(set) var pools: [IPPool] = []
    package private(set) var blocks: [IPAMBlock] = []
    package private(set) var handles: [IPAMHandle] = []
    package private(set) var affinities: [BlockAffinity] = []
    /// Kinds that say nothing of addresses, each once, in the order in which they came.
    package private(set) var otherKinds: [String] = []

    /// - Throws: `ManifestError` for an object that cannot be read, and for a pool that asks for what Martlet does not do.
    package init(_ documents: [Document]) throws(ManifestError) {
        for document in documents {
            let fields = try Fields(document)
            guard let kind = try fields.text("kind") else { throw fields.error("kind", expected: "a string") }
            switch kind {
            case ResourceKind.ipPool.name: pools.append(try IPPool(document))
            case "IPAMBlock": blocks.append(try IPAMBlock(document))
            case "IPAMHandle": handles.append(try IPAMHandle(document))
            case "BlockAffinity": affinities.append(try BlockAffinity(document))
            default: if !otherKinds.contains(kind) { otherKinds.append(kind) }
            }
        }
    }
}
