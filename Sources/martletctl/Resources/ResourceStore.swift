import Addressing
import IPAM
import JSON
import Ledger
import Resources

/// The declared objects as the ledger keeps them: pools and reservations in tables of their own, which pods need, and
/// as manifests what else was said of them; everything else as manifests alone.
enum ResourceStore {
    /// What a change did.
    enum Change: String {
        case created, configured, unchanged
    }

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

    /// Writes an object in the place of an older one, within a transaction.
    static func put(
        _ resource: Resource, over old: Resource?, _ book: borrowing Ledger
    ) throws(LedgerError) -> Change {
        var isChanged = old != resource
        switch resource {
        case .ipPool(let pool):
            // A pool that is being deleted stays if it is declared again, though its manifest is the same.
            if try book.declare(pool.pool) { isChanged = true }
        case .ipReservation(let reservation) where isChanged:
            try book.declare(reservation: reservation.name, reservation.reservedCIDRs)
        case .ipReservation, .node, .bgpConfiguration, .bgpPeer: break
        }
        if isChanged { try book.put(resource.kind.name, resource.name, body: resource.manifest.description) }
        return old == nil ? .created : isChanged ? .configured : .unchanged
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
