import Addressing
import IPAM
import JSON
import Ledger
import Resources

/// The declared objects as the ledger keeps them: pools and reservations in tables of their own, which pods need, and
/// everything else as manifests.
struct ResourceStore: ~Copyable {
    /// What a change did.
    enum Change: String {
        case created, configured, unchanged
    }

    /// All objects of a kind, by name.
    static func list(_ kind: ResourceKind, _ book: borrowing Ledger) throws -> [Resource] {
        switch kind {
        case .ipPool:
            return try ledger { () throws(LedgerError) in try book.pools() }.map { .ipPool(IPPool($0)) }
        case .ipReservation:
            return try ledger { () throws(LedgerError) in try book.declaredReservations() }.map { declared in
                .ipReservation(IPReservation(name: declared.name, reservedCIDRs: declared.cidrs))
            }
        case .node, .bgpConfiguration, .bgpPeer:
            return try ledger { () throws(LedgerError) in try book.objects(kind.name) }.map { object in
                try read(object, kind)
            }
        }
    }

    /// Writes an object, within a transaction.
    static func put(_ resource: Resource, _ book: borrowing Ledger) throws(LedgerError) {
        switch resource {
        case .ipPool(let pool): try book.declare(pool.pool)
        case .ipReservation(let reservation):
            try book.declare(reservation: reservation.name, reservation.reservedCIDRs)
        case .node, .bgpConfiguration, .bgpPeer:
            try book.put(resource.kind.name, resource.name, body: resource.manifest.description)
        }
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
