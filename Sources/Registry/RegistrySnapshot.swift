/// What a registry holds, with the revisions by which it can be changed.
package struct RegistrySnapshot: Sendable {
    package private(set) var cluster = Cluster()
    /// Of every object of the kinds that were read.
    package private(set) var revisions: [RegistryKey: RegistryRevision] = [:]

    /// Reads all that clusters agree on.
    package init(of registry: any Registry) async throws(RegistryError) {
        for kind in Cluster.kinds {
            for object in try await registry.list(kind, from: nil, limit: nil).objects {
                cluster.take(object)
                revisions[object.key] = object.revision
            }
        }
    }
}
