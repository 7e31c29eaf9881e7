/// What a cluster's nodes agree on: who owns which block, and what operators have declared.
///
/// A registry keeps objects, each under a kind and a name. Writers say which revision they have seen, so that of two who
/// write at once one is told. It is the smallest thing that SQLite, etcd and the Kubernetes API can all be; nothing here
/// knows which of them it is. A pod's start never waits for it.
package protocol Registry: Sendable {
    /// Objects of a kind in the order of their names' bytes, all seen at one moment.
    ///
    /// - Parameters:
    ///   - start: the first name that may be among them; nil for the first there is.
    ///   - limit: the most to answer, 1 or more; nil for all.
    func list(_ kind: RegistryKind, from start: String?, limit: Int?) async throws(RegistryError) -> RegistryListing

    /// One object; nil where there is none.
    func get(_ key: RegistryKey) async throws(RegistryError) -> RegistryObject?

    /// Writes an object whole, if it is as the writer has seen it.
    ///
    /// - Parameters:
    ///   - body: JSON.
    ///   - expected: the revision that it has now; nil where there must be none yet.
    /// - Returns: its new revision.
    /// - Throws: `RegistryError.conflict` with what is there instead; `.unclear` where it may or may not be written.
    @discardableResult
    func put(
        _ key: RegistryKey, _ body: String, expecting expected: RegistryRevision?
    ) async throws(RegistryError) -> RegistryRevision

    /// Removes an object, if it is as the writer has seen it.
    ///
    /// - Throws: as `put`; `.conflict(nil)` where it is gone already.
    func remove(_ key: RegistryKey, expecting expected: RegistryRevision) async throws(RegistryError)

    /// Every change after a revision, in order, for as long as somebody listens.
    ///
    /// The stream ends with `RegistryError.forgotten` where the changes since then are not kept any more: list again, and
    /// go on from there.
    func changes(after revision: RegistryRevision) -> AsyncThrowingStream<RegistryChange, any Error>
}

extension Registry {
    /// Removes an object, whoever has changed it, if there is one.
    package func forget(_ key: RegistryKey) async throws(RegistryError) {
        while let object = try await get(key) {
            do throws(RegistryError) { return try await remove(key, expecting: object.revision) } catch {
                guard case .conflict = error else { throw error }
            }
        }
    }
}

/// What objects there are.
package enum RegistryKind: String, CaseIterable, Sendable {
    case pool = "IPPool"
    case reservation = "IPReservation"
    case node = "Node"
    case bgpConfiguration = "BGPConfiguration"
    case bgpPeer = "BGPPeer"
    /// Who owns a block. The name is made by `BlockRecord.name(of:)`, so that blocks come in the order of addresses.
    case block = "Block"
    /// When a node was last heard of.
    case heartbeat = "Heartbeat"
}

/// Where an object is found.
package struct RegistryKey: Hashable, Sendable {
    package let kind: RegistryKind
    package let name: String

    /// Puts them together.
    package init(_ kind: RegistryKind, _ name: String) {
        self.kind = kind
        self.name = name
    }
}

/// A moment in a registry's history. Only the registry can tell which of two is later.
package struct RegistryRevision: Hashable, Sendable {
    package let text: String

    /// Takes what a store calls it.
    package init(_ text: String) { self.text = text }
}

/// An object as it was at a moment.
package struct RegistryObject: Hashable, Sendable {
    package let key: RegistryKey
    /// Its last change.
    package let revision: RegistryRevision
    /// JSON.
    package let body: String

    /// Puts them together.
    package init(_ key: RegistryKey, _ revision: RegistryRevision, body: String) {
        self.key = key
        self.revision = revision
        self.body = body
    }
}

/// Objects, and the moment at which all of them were so.
package struct RegistryListing: Hashable, Sendable {
    package let objects: [RegistryObject]
    /// What to ask for changes after.
    package let revision: RegistryRevision

    /// Puts them together.
    package init(_ objects: [RegistryObject], at revision: RegistryRevision) {
        self.objects = objects
        self.revision = revision
    }
}

/// One change of one object.
package enum RegistryChange: Hashable, Sendable {
    case put(RegistryObject)
    case removed(RegistryKey, at: RegistryRevision)

    /// What was changed.
    package var key: RegistryKey {
        switch self {
        case .put(let object): object.key
        case .removed(let key, _): key
        }
    }

    /// When it came about.
    package var revision: RegistryRevision {
        switch self {
        case .put(let object): object.revision
        case .removed(_, let revision): revision
        }
    }
}
