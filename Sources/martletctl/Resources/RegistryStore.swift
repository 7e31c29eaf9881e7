import Registry
import Resources

/// Objects as the cluster's registry keeps them: all are looked at together, and then each is written as it was seen.
///
/// A registry writes one object at a time. Where another is faster in the middle, what is written stays, and all that is
/// not is named; the same command again does the rest.
struct RegistryStore: ResourceStore {
    let registry: any Registry

    func read(_ kinds: Set<ResourceKind>) async throws -> Declarations {
        let snapshot = try await asking { () async throws(RegistryError) in try await RegistrySnapshot(of: registry) }
        return try declarations(snapshot.cluster, kinds)
    }

    func write(
        _ kinds: Set<ResourceKind>, isRehearsal: Bool, _ decide: (Declarations) throws(Trouble) -> [Resource]
    ) async throws -> [Step] {
        let snapshot = try await asking { () async throws(RegistryError) in try await RegistrySnapshot(of: registry) }
        let known = try declarations(snapshot.cluster, kinds)
        let pairs = known.pairs(try decide(known))
        // Where one comes more than once, the last counts.
        var last: [ObjectName: Resource] = [:]
        for pair in pairs { last[pair.new.objectName] = pair.new }
        let pools = last.values.compactMap { resource in
            if case .ipPool(let pool) = resource { pool } else { nil }
        }
        if let refusal = snapshot.cluster.refusal(ofDeclaring: pools.sorted { $0.name < $1.name }) {
            throw Trouble(.findings, refusal)
        }
        let writes = pairs.map(\.new).filter { known.find($0.objectName) != $0 && last[$0.objectName] == $0 }
        if !isRehearsal { try await write(writes, snapshot) }
        return pairs.map { old, new in
            Step(old: old, new: new, change: old == nil ? .created : old == new ? .unchanged : .configured)
        }
    }

    private func write(_ resources: [Resource], _ snapshot: RegistrySnapshot) async throws(Trouble) {
        let ordered = try inOrder(resources, snapshot.cluster)
        var written: [(pool: IPPool, revision: RegistryRevision)] = []
        for (index, resource) in ordered.enumerated() {
            let key = resource.objectName.key
            let revision = try await settle(ordered[index...].map(\.title), written: ordered[..<index].map(\.title)) {
                () async throws(RegistryError) in
                try await registry.put(key, resource.manifest.description, expecting: snapshot.revisions[key])
            }
            if case .ipPool(let pool) = resource { written.append((pool, revision)) }
        }
        try await refuseOverlaps(written, snapshot.cluster)
    }

    /// Of two who declare pools at the same moment neither has seen the other's. At least one of them does now, and takes
    /// back what it has written.
    private func refuseOverlaps(
        _ written: [(pool: IPPool, revision: RegistryRevision)], _ before: Cluster
    ) async throws(Trouble) {
        guard !written.isEmpty else { return }
        let now = try await asking { () async throws(RegistryError) in try await RegistrySnapshot(of: registry) }
        guard let refusal = now.cluster.refusal(ofDeclaring: written.map(\.pool)) else { return }
        let reason = refusal + ", which was declared at the same moment; "
        do throws(RegistryError) {
            for (pool, revision) in written.reversed() { try await restore(pool, revision, before) }
        } catch {
            throw Trouble(
                .blind, reason + "what was written before cannot be taken back: \(error)",
                hint: "look at the pools, and delete one or the other")
        }
        throw Trouble(
            .findings, reason + "the pools are as they were before",
            hint: "look at the pools and run the same command again")
    }

    private func restore(
        _ pool: IPPool, _ revision: RegistryRevision, _ before: Cluster
    ) async throws(RegistryError) {
        let key = Resource.ipPool(pool).objectName.key
        guard let old = before.pools[pool.name] else { return try await registry.remove(key, expecting: revision) }
        try await registry.put(key, Resource.ipPool(old).manifest.description, expecting: revision)
    }

    /// Pools so that none overlaps another at any moment.
    private func inOrder(_ resources: [Resource], _ cluster: Cluster) throws(Trouble) -> [Resource] {
        var (cluster, left, ordered) = (cluster, resources, [Resource]())
        while !left.isEmpty {
            let next = left.firstIndex { resource in
                guard case .ipPool(let pool) = resource else { return true }
                return cluster.refusal(ofDeclaring: [pool]) == nil
            }
            guard let next else {
                throw Trouble(
                    .findings,
                    left.map(\.title).joined(separator: ", ") + " exchange ranges, and a registry changes one "
                        + "object at a time", hint: "delete one of them first")
            }
            let resource = left.remove(at: next)
            cluster.take(
                RegistryObject(
                    RegistryKey(RegistryKind(resource.kind), resource.name), RegistryRevision(""),
                    body: resource.manifest.description))
            ordered.append(resource)
        }
        return ordered
    }

    func delete(_ wanted: [ObjectName], skipsMissing: Bool) async throws -> [String] {
        let snapshot = try await asking { () async throws(RegistryError) in try await RegistrySnapshot(of: registry) }
        var found: [ObjectName] = []
        for name in wanted where !found.contains(name) {
            // An object that cannot be read can go all the same.
            if snapshot.revisions[name.key] != nil { found.append(name) } else if !skipsMissing { throw name.missing }
        }
        for name in found where name.kind == .ipPool { try refuseInUse(name, snapshot.cluster) }
        for (index, name) in found.enumerated() {
            guard let revision = snapshot.revisions[name.key] else { continue }
            try await settle(found[index...].map(\.title), written: found[..<index].map(\.title)) {
                () async throws(RegistryError) in try await registry.remove(name.key, expecting: revision)
            }
        }
        return found.map { "\($0.title) deleted" }
    }

    /// A pool stays as long as nodes have blocks of it: their agents could not tell how large those are.
    private func refuseInUse(_ name: ObjectName, _ cluster: Cluster) throws(Trouble) {
        let blocks = cluster.blocks(ofPool: name.name)
        guard !blocks.isEmpty else { return }
        throw Trouble(
            .findings,
            "\(name.title) is in use, nodes have \(counted(blocks.count, "block")) of it: "
                + blocks.map(\.holding).joined(separator: ", "),
            hint:
                "martletctl patch ippool \(name.name) -p '{\"spec\": {\"disabled\": true}}' drains it; delete it when its "
                + "last block was given back")
    }

    private func declarations(_ cluster: Cluster, _ kinds: Set<ResourceKind>) throws(Trouble) -> Declarations {
        var objects: [ResourceKind: [Resource]] = [:]
        for kind in kinds {
            if let broken = cluster.unreadable.first(where: { $0.key.kind == RegistryKind(kind) }) {
                throw Trouble(
                    .blind, broken.value, hint: "martletctl delete \(kind.name.lowercased()) \(broken.key.name)")
            }
            objects[kind] = cluster.resources(kind).sorted { $0.name < $1.name }
        }
        let owners = Set(cluster.blocks.values.filter { $0.state == .owned }.map(\.owner))
        return Declarations(objects, owners: owners.sorted())
    }

    /// The first few of many names.
    private func some(_ titles: [String]) -> String {
        let rest = titles.count - 8
        return titles.prefix(8).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    /// Writes one of several objects.
    private func settle<Result>(
        _ left: [String], written: [String], _ body: () async throws(RegistryError) -> Result
    ) async throws(Trouble) -> Result {
        do throws(RegistryError) { return try await body() } catch {
            let done = written.isEmpty ? "nothing was written" : "written: " + some(written)
            switch error {
            case .conflict:
                throw Trouble(
                    .findings,
                    "\(left[0]) was changed by another meanwhile; \(done); not written: "
                        + some(left), hint: "look at it and run the same command again")
            case .unclear, .unreachable, .forgotten, .unusable:
                throw Trouble(
                    .blind, "\(left[0]): \(error); \(done); not written: " + some(left),
                    hint: "run the same command again")
            }
        }
    }
}

extension ObjectName {
    fileprivate var key: RegistryKey { RegistryKey(RegistryKind(kind), name) }
}

extension Cluster {
    fileprivate func resources(_ kind: ResourceKind) -> [Resource] {
        switch kind {
        case .ipPool: pools.values.map { .ipPool($0) }
        case .ipReservation: reservations.values.map { .ipReservation($0) }
        case .node: nodes.values.map { .node($0) }
        case .bgpConfiguration: configurations.values.map { .bgpConfiguration($0) }
        case .bgpPeer: peers.values.map { .bgpPeer($0) }
        }
    }
}

/// Asks the registry; its refusal is the command's.
@MainActor func asking<Result>(_ body: () async throws(RegistryError) -> Result) async throws(Trouble) -> Result {
    do throws(RegistryError) { return try await body() } catch { throw Trouble(.blind, error.description) }
}
