import Addressing
import IPAM
import SQLite

/// What operators declare and pods do not need: nodes, BGP. Each is kept as its manifest, in JSON.
extension Ledger {
    /// An object as it is kept.
    package struct Object: Hashable, Sendable {
        package let name: String
        /// Grows with every change of any object.
        package let revision: Int
        /// Its manifest, JSON.
        package let body: String
    }

    /// The objects of a kind, by name.
    package borrowing func objects(_ kind: String) throws(LedgerError) -> [Object] {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("SELECT name, revision, body FROM object WHERE kind = ? ORDER BY name")
            try row.bind(1, kind)
            var objects: [Object] = []
            while try row.step() {
                objects.append(Object(name: row.text(0), revision: row.integer(1), body: row.text(2)))
            }
            return objects
        }
    }

    /// Keeps an object in the place of any other of its kind and name, within a transaction.
    package borrowing func put(_ kind: String, _ name: String, body: String) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                INSERT INTO object VALUES (?, ?, (SELECT coalesce(max(revision), 0) + 1 FROM object), ?)
                ON CONFLICT (kind, name) DO UPDATE SET revision = excluded.revision, body = excluded.body
                """)
            try row.bind(1, kind)
            try row.bind(2, name)
            try row.bind(3, body)
            try row.run()
        }
    }

    /// Forgets an object, within a transaction; false if there is none.
    package borrowing func remove(_ kind: String, _ name: String) throws(LedgerError) -> Bool {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("DELETE FROM object WHERE kind = ? AND name = ?")
            try row.bind(1, kind)
            try row.bind(2, name)
            try row.run()
            return connection.changes > 0
        }
    }
}

/// Reservations that operators declare, each a list of prefixes under a name.
extension Ledger {
    /// The declared reservations by name; those of other plugins' subnets are not among them.
    package borrowing func declaredReservations() throws(LedgerError) -> [(name: String, cidrs: [Prefix])] {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "SELECT owner, cidr FROM reservation WHERE owner <> '' ORDER BY owner, first, last")
            var declared: [(name: String, cidrs: [Prefix])] = []
            while try row.step() {
                if declared.last?.name != row.text(0) { declared.append((row.text(0), [])) }
                declared[declared.count - 1].cidrs.append(try row.prefix(1))
            }
            return declared
        }
    }

    /// Makes a declared reservation hold these prefixes and no others, within a transaction; none forget it.
    package borrowing func declare(reservation name: String, _ cidrs: [Prefix]) throws(LedgerError) {
        try reopenBlocks(reservedBy: name)
        try sql { () throws(SQLiteError) in
            let old = try connection.prepare("DELETE FROM reservation WHERE owner = ?")
            try old.bind(1, name)
            try old.run()
            for cidr in cidrs {
                let row = try connection.prepare(
                    "INSERT OR IGNORE INTO reservation (cidr, first, last, note, owner) VALUES (?, ?, ?, '', ?)")
                try row.bind(1, cidr.description)
                try row.bind(2, ordered: cidr.first)
                try row.bind(3, ordered: cidr.last)
                try row.bind(4, name)
                try row.run()
            }
        }
    }

    /// Lets the blocks begin again where a reservation began: what it kept from being given out they have passed over.
    ///
    /// What is leased by now, waits in the queue or is still reserved they pass over once more.
    private borrowing func reopenBlocks(reservedBy name: String) throws(LedgerError) {
        let old = try declaredReservations().first { $0.name == name }?.cidrs ?? []
        for cidr in old {
            for block in try blocks(overlapping: cidr) {
                let start = Int(max(cidr.first, block.cidr.first).distance(from: block.cidr.first))
                if start < block.next { try advance(block.id, to: start) }
            }
        }
    }

    private borrowing func blocks(overlapping cidr: Prefix) throws(LedgerError) -> [OpenBlock] {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("SELECT id, cidr, next FROM block WHERE last >= ? AND first <= ?")
            try row.bind(1, ordered: cidr.first)
            try row.bind(2, ordered: cidr.last)
            var blocks: [OpenBlock] = []
            while try row.step() {
                blocks.append(OpenBlock(id: row.integer(0), cidr: try row.prefix(1), next: row.integer(2)))
            }
            return blocks
        }
    }
}

/// Pools that operators declare.
extension Ledger {
    /// Makes pools, or changes them as far as what is in use allows, within a transaction.
    ///
    /// What they all come to is looked at, so that two may exchange ranges, or one take what another gives up.
    ///
    /// - Returns: the names of those that differ now.
    /// - Throws: `LedgerError.pools` for an overlap; `.conflict` for a change that blocks in use forbid, with all of them
    ///   named, or for one of a pool that stands in a network configuration.
    package borrowing func declare(_ declared: [Pool]) throws(LedgerError) -> Set<String> {
        let known = try pools()
        let others = known.filter { pool in !declared.contains { $0.name == pool.name } }
        do throws(PoolProblem) {
            for (index, pool) in declared.enumerated() {
                try PoolProblem.check(pool)
                for other in others + declared[..<index] { try PoolProblem.check(pool, beside: other) }
            }
        } catch { throw .pools(error) }
        var changes: [(old: Pool?, new: Pool)] = []
        for pool in declared {
            let old = known.first { $0.name == pool.name }
            var new = pool
            if let old {
                new.id = old.id
                new.configured = old.configured
                new.isShared = old.isShared
                if new == old { continue }
                try refuseShared(old)
                if old.isConfigured { try refuseConfigured(old, new) }
                try refuseInUse(old, new)
            }
            changes.append((old, new))
        }
        try write(changes)
        return Set(changes.map(\.new.name))
    }

    /// Refuses what the pool's blocks forbid, and names every one that does.
    borrowing func refuseInUse(_ old: Pool, _ new: Pool) throws(LedgerError) {
        let isResized = new.blockLength != old.blockLength
        var holders: [String] = []
        for block in try holdings(of: old) where isResized || !new.cidr.contains(block.cidr) {
            holders.append(block.description)
        }
        guard !holders.isEmpty else { return }
        let what =
            isResized
            ? "has blocks of /" + String(old.blockLength) + ", and they cannot become /" + String(new.blockLength)
            : "cannot become " + new.cidr.description + ", which does not hold all of its blocks"
        throw .conflict(
            "pool \"" + old.name + "\" " + what + ": " + holders.joined(separator: ", ")
                + "; delete their pods and give empty blocks back (martletctl ipam check --fix), or make a new pool")
    }

    private borrowing func refuseConfigured(_ old: Pool, _ new: Pool) throws(LedgerError) {
        let saysExport = old.configured == .withExport
        guard new.cidr == old.cidr, new.blockLength == old.blockLength, new.natOutgoing == old.natOutgoing,
            new.disabled == old.disabled, !saysExport || new.isExported == old.isExported
        else {
            throw .conflict(
                "pool \"" + old.name
                    + "\" stands in a network configuration (ipam.pools), whose word counts; change its "
                    + "cidr, blockSize, natOutgoing"
                    + (saysExport ? ", disabled and disableBGPExport there" : " and disabled there"))
        }
    }

    /// Deletes a pool, within a transaction: at once if no block is left of it, else when its last one goes.
    ///
    /// - Parameter isForced: takes one that a network configuration has brought, too; if it still stands there, the next
    ///   ADD brings it back.
    package borrowing func drain(pool name: String, isForced: Bool = false) throws(LedgerError) {
        guard let pool = try pools().first(where: { $0.name == name }) else {
            throw .conflict("there is no pool \"" + name + "\"")
        }
        try refuseShared(pool)
        if pool.isConfigured && !isForced {
            throw .conflict(
                "pool \"" + name
                    + "\" stands in a network configuration (ipam.pools), and the next pod would bring it back; "
                    + "remove it there, then delete it here with --force")
        }
        try drain(pool)
    }

    borrowing func drain(_ pool: Pool) throws(LedgerError) {
        var draining = pool
        draining.isDraining = true
        draining.configured = .not
        try change(pool, to: draining)
        try removeDrainedPools()
    }

    /// What is the cluster's is changed for the cluster: the agent would soon undo what is done to its copy.
    borrowing func refuseShared(_ pool: Pool) throws(LedgerError) {
        guard pool.isShared else { return }
        throw .conflict(
            "pool \"" + pool.name
                + "\" is the cluster's, and the ledger has a copy of it; change it where martletd reads it from")
    }

    /// What keeps a pool from going; nil when there is no such pool.
    package borrowing func holdings(ofPool name: String) throws(LedgerError) -> [Holding]? {
        guard let pool = try pools().first(where: { $0.name == name }) else { return nil }
        return try holdings(of: pool)
    }

    /// Removes the pools that are being deleted and have no block left, within a transaction.
    package borrowing func removeDrainedPools() throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "DELETE FROM pool WHERE draining = 1 AND id NOT IN (SELECT pool FROM block)")
            try row.run()
            // What a manifest says beside goes with its pool.
            let words = try connection.prepare(
                "DELETE FROM object WHERE kind = 'IPPool' AND name NOT IN (SELECT name FROM pool)")
            try words.run()
        }
    }

    /// The pool's blocks and what is in them.
    private borrowing func holdings(of pool: Pool) throws(LedgerError) -> [Holding] {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                SELECT cidr, owner, coalesce(leases, 0), pods
                FROM block LEFT JOIN (
                  SELECT block, count(*) AS leases,
                    group_concat(coalesce(pod_namespace || '/' || pod_name, 'container ' || container_id), char(10)) AS pods
                  FROM lease GROUP BY block) AS used ON used.block = block.id
                WHERE pool = ? ORDER BY first
                """)
            try row.bind(1, pool.id)
            var holdings: [Holding] = []
            while try row.step() {
                let pods = row.optionalText(3)?.split(separator: "\n").map { String($0) } ?? []
                holdings.append(
                    Holding(cidr: try row.prefix(0), owner: row.text(1), leases: row.integer(2), pods: pods))
            }
            return holdings
        }
    }
}

/// A block that keeps a pool from being changed or deleted, and whose pods keep the block.
package struct Holding: Hashable, Sendable, CustomStringConvertible {
    package let cidr: Prefix
    /// The node that has it.
    package let owner: String
    package let leases: Int
    /// Who has its addresses.
    package let pods: [String]

    /// `10.244.0.0/26 (n1, 2 leases: default/a, default/b)`, with at most three of the pods.
    package var description: String {
        var text = cidr.description + " (" + owner + ", " + String(leases) + (leases == 1 ? " lease" : " leases")
        if !pods.isEmpty { text += ": " + pods.prefix(3).joined(separator: ", ") }
        return text + (pods.count > 3 ? ", ...)" : ")")
    }
}
