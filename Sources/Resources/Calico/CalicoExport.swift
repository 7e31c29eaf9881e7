import JSON

/// What Calico's datastore says of pools and addresses.
package struct CalicoExport: Hashable, Sendable {
    package private(set) var pools: [IPPool] = []
    package private(set) var blocks: [IPAMBlock] = []
    package private(set) var handles: [IPAMHandle] = []
    package private(set) var affinities: [BlockAffinity] = []
    /// Kinds that say nothing of addresses, each once, in the order in which they came.
    package private(set) var otherKinds: [String] = []

    /// Takes what kubectl or calicoctl prints of it: a manifest for each object.
    ///
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

    /// Takes manifests of all but the IPAM, and its records as etcd has them, each under its key:
    /// `{"blocks": [{"Key": …, "Value": …}], "block_affinities": …, "handles": …, "config": …}`.
    ///
    /// - Throws: `ManifestError`, as for manifests.
    package init(_ documents: [Document], records document: Document) throws(ManifestError) {
        try self.init(documents)
        let records = try Fields(document)
        try records.check(carriedOut: ["block_affinities", "blocks", "handles", "config"])
        for record in try records.list("blocks") { blocks.append(try IPAMBlock(try record.fields("Value"))) }
        for record in try records.list("block_affinities") { affinities.append(try BlockAffinity(record: record)) }
        for record in try records.list("handles") { handles.append(try IPAMHandle(record: record)) }
        if try !records.fields("config").object.members.isEmpty { otherKinds.append("IPAMConfig") }
    }
}
