import Addressing
import IPAM

/// What the node's agent copies from the registry, all within a transaction: what the cluster has agreed on.
extension Ledger {
    /// Makes the shared pools be exactly these.
    ///
    /// One that is gone is drained, unless another name has its range now. A pool of the node's own becomes shared where
    /// the cluster has one of its name.
    ///
    /// - Returns: the names of those that differ now, the drained among them.
    /// - Throws: `LedgerError.conflict` for one that overlaps a pool of the node's own, and for a change that blocks in use
    ///   forbid; all of them are named.
    @discardableResult
    package borrowing func mirror(pools shared: [Pool]) throws(LedgerError) -> Set<String> {
        let known = try pools()
        var gone = known.filter { pool in pool.isShared && !shared.contains { $0.name == pool.name } }
        var changes: [(old: Pool?, new: Pool)] = []
        for pool in shared {
            let renamed = gone.firstIndex { $0.cidr == pool.cidr && $0.blockLength == pool.blockLength }
            let old = known.first { $0.name == pool.name } ?? renamed.map { gone.remove(at: $0) }
            var new = pool
            new.id = old?.id ?? 0
            new.isShared = true
            new.configured = .not
            if new == old { continue }
            if let old { try refuseInUse(old, new) }
            changes.append((old, new))
        }
        var names = Set(changes.map(\.new.name))
        for pool in gone where !pool.isDraining {
            try drain(pool)
            names.insert(pool.name)
        }
        let left = try pools().filter { pool in
            !shared.contains { $0.name == pool.name } && !changes.contains { $0.old?.id == pool.id }
        }
        try check(shared, beside: left)
        try write(changes)
        return names
    }

    private borrowing func check(_ shared: [Pool], beside others: [Pool]) throws(LedgerError) {
        for (index, pool) in shared.enumerated() {
            do throws(PoolProblem) {
                try PoolProblem.check(pool)
                for other in shared[..<index] { try PoolProblem.check(pool, beside: other) }
            } catch { throw .pools(error) }
            guard let other = others.first(where: { $0.cidr.overlaps(pool.cidr) }) else { continue }
            let whose = other.isShared ? "which is deleted and still has blocks" : "which is this node's own"
            throw .conflict(
                "pool \"" + pool.name + "\" (" + pool.cidr.description + ") of the cluster overlaps pool \""
                    + other.name
                    + "\" (" + other.cidr.description + "), " + whose + "; delete its pods and the pool, or choose "
                    + "another range for the cluster's")
        }
    }

    /// Makes the declared reservations be exactly these.
    package borrowing func mirror(reservations: [(name: String, cidrs: [Prefix])]) throws(LedgerError) {
        let known = try declaredReservations()
        for reservation in known where !reservations.contains(where: { $0.name == reservation.name }) {
            try declare(reservation: reservation.name, [])
            _ = try remove("IPReservation", reservation.name)
        }
        for reservation in reservations {
            let old = known.first { $0.name == reservation.name }?.cidrs ?? []
            if Set(old) != Set(reservation.cidrs) { try declare(reservation: reservation.name, reservation.cidrs) }
        }
    }
}
