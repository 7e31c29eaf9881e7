import Addressing
import IPAM
import JSON
import Ledger
import Resources

/// The declared objects as the ledger keeps them: pools and reservations in tables of their own, which pods need, and
/// as manifests what else was said of them; everything else as manifests alone.
enum LedgerObjects {
    /// All objects of a kind, by name, within a transaction or a reading.
    static func list(_ kind: ResourceKind, _ book: borrowing Ledger) throws(Trouble) -> [Resource] {
        let said = try manifests(kind, book)
        switch kind {
        case .ipPool:
            return try ledger { () throws(LedgerError) in try book.pools() }.map { pool in
                .ipPool(IPPool(pool, said: said[pool.name]))
            }
        case .ipReservation:
            return try ledger { () throws(LedgerError) in try book.declaredReservations() }.map { declared in
                .ipReservation(IPReservation(declared.name, declared.cidrs, said: said[declared.name]))
            }
        case .node, .bgpConfiguration, .bgpPeer: return said.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// Writes objects in the place of older ones, within a transaction: all together, so that their order does not
    /// matter. Where one comes more than once, the last counts.
    static func put(_ steps: [(old: Resource?, new: Resource)], _ book: borrowing Ledger) throws(LedgerError)
        -> [ObjectChange]
    {
        var pools: [String: Pool] = [:]
        for case .ipPool(let pool) in steps.map(\.new) { pools[pool.name] = pool.pool }
        // A pool that is being deleted stays if it is declared again, though its manifest is the same.
        let changed = try book.declare(pools.values.sorted { $0.name < $1.name })
        var changes: [ObjectChange] = []
        for (old, new) in steps {
            let isChanged = old != new || new.kind == .ipPool && changed.contains(new.name)
            if isChanged { try write(new, book) }
            changes.append(old == nil ? .created : isChanged ? .configured : .unchanged)
        }
        return changes
    }

    private static func write(_ resource: Resource, _ book: borrowing Ledger) throws(LedgerError) {
        if case .ipReservation(let reservation) = resource {
            try book.declare(reservation: reservation.name, reservation.reservedCIDRs)
        }
        try book.put(resource.kind.name, resource.name, body: resource.manifest.description)
    }

    /// Removes an object, within a transaction; a pool whose addresses are in use is drained.
    static func remove(
        _ kind: ResourceKind, _ name: String, _ book: borrowing Ledger, isForced: Bool
    ) throws(LedgerError) {
        switch kind {
        // What its manifest says goes with it.
        case .ipPool: return try book.drain(pool: name, isForced: isForced)
        case .ipReservation: try book.declare(reservation: name, [])
        case .node, .bgpConfiguration, .bgpPeer: break
        }
        _ = try book.remove(kind.name, name)
    }

    /// Puts parts in the place of a pool, within a transaction; what its manifest says beside holds for each.
    static func split(
        _ pool: Pool, into parts: [Pool], _ book: borrowing Ledger, isForced: Bool
    ) throws(Trouble) {
        let said = try list(.ipPool, book).first { $0.name == pool.name }
        try ledger { () throws(LedgerError) in
            try book.split(pool, into: parts, isForced: isForced)
            guard case .ipPool(var manifest)? = said else { return }
            for part in parts {
                manifest.metadata.name = part.name
                manifest.cidr = part.cidr
                try write(.ipPool(manifest), book)
            }
        }
    }

    private static func manifests(
        _ kind: ResourceKind, _ book: borrowing Ledger
    ) throws(Trouble) -> [String: Resource] {
        var manifests: [String: Resource] = [:]
        for object in try ledger({ () throws(LedgerError) in try book.objects(kind.name) }) {
            manifests[object.name] = try read(object, kind)
        }
        return manifests
    }

    private static func read(_ object: Ledger.Object, _ kind: ResourceKind) throws(Trouble) -> Resource {
        let manifest: JSON
        do throws(JSON.SyntaxError) { manifest = try JSON.parse(Array(object.body.utf8)) } catch {
            throw Trouble(.blind, "\(kind.name) \(object.name) in the ledger: \(error.description)")
        }
        do throws(ManifestError) { return try Resource(Document(manifest)) } catch {
            throw Trouble(.blind, "\(kind.name) \(object.name) in the ledger: \(error.description)")
        }
    }
}

extension IPPool {
    /// The pool as it is, with what its manifest says that no pod needs.
    fileprivate init(_ pool: Pool, said: Resource?) {
        self.init(pool)
        guard case .ipPool(let manifest)? = said else { return }
        metadata = manifest.metadata
        allowedUses = manifest.allowedUses
    }
}

extension IPReservation {
    /// The reservation as it is, with its prefixes in the order of its manifest.
    fileprivate init(_ name: String, _ cidrs: [Prefix], said: Resource?) {
        self.init(name: name, reservedCIDRs: cidrs)
        guard case .ipReservation(let manifest)? = said else { return }
        metadata = manifest.metadata
        if Set(manifest.reservedCIDRs) == Set(cidrs) { reservedCIDRs = manifest.reservedCIDRs }
    }
}
