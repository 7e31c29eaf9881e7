import Addressing
import IPAM
import JSON
import SQLite

extension Ledger {
    /// All pools, by name.
    package borrowing func pools() throws(LedgerError) -> [Pool] {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                SELECT id, name, cidr, block_length, nat_outgoing, disabled, selector, automatic, exported, draining,
                  configured, shared
                FROM pool ORDER BY name
                """)
            var pools: [Pool] = []
            while try row.step() {
                var pool = Pool(
                    id: row.integer(0), name: row.text(1), cidr: try row.prefix(2), blockLength: row.integer(3),
                    natOutgoing: row.bool(4), disabled: row.bool(5))
                pool.nodeSelector = row.text(6)
                pool.isAutomatic = row.bool(7)
                pool.isExported = row.bool(8)
                pool.isDraining = row.bool(9)
                pool.configured = Pool.Configured(rawValue: row.integer(10)) ?? .exceptExport
                pool.isShared = row.bool(11)
                pools.append(pool)
            }
            return pools
        }
    }

    /// Brings the pools of a configuration into the ledger, within a transaction; answers all there are, and whether any
    /// is new or another.
    ///
    /// - Throws: `LedgerError.pools` for an overlap, `.conflict` for a change that blocks in use forbid.
    borrowing func adopt(_ configured: [Pool]) throws(LedgerError) -> (all: [Pool], areNew: Bool) {
        let known = try pools()
        var changes: [(old: Pool?, new: Pool)] = []
        for pool in configured {
            let old = known.first { $0.name == pool.name }
            if let old, old.isShared {
                try refuseOther(than: old, pool)
                continue
            }
            var adopted = pool
            if let old {
                adopted.keep(old)
                if adopted == old { continue }
            }
            // Those of the configuration have been compared with one another.
            for other in known where !configured.contains(where: { $0.name == other.name }) {
                do throws(PoolProblem) { try PoolProblem.check(pool, beside: other) } catch { throw .pools(error) }
            }
            changes.append((old, adopted))
        }
        if changes.isEmpty { return (known, false) }
        try write(changes)
        return (try pools(), true)
    }

    /// Of a pool that is the cluster's a configuration may say no more than the cluster does.
    private borrowing func refuseOther(than shared: Pool, _ configured: Pool) throws(LedgerError) {
        if configured.cidr == shared.cidr && configured.blockLength == shared.blockLength { return }
        throw .conflict(
            "ipam.pools: pool \"" + configured.name + "\" is the cluster's, whose word counts: expected cidr "
                + shared.cidr.description + " and blockSize " + String(shared.blockLength) + ", found "
                + configured.cidr.description + " and " + String(configured.blockLength)
                + "; say the same, or leave ipam.pools out")
    }

    /// Why this node's pods get nothing from a pool; nil when they do.
    borrowing func exclusion(of pool: Pool, isNamed: Bool) throws(LedgerError) -> Pool.Exclusion? {
        try pool.exclusion(isNamed: isNamed) { () throws(LedgerError) in
            try labels()
        } unreadable: { error in
            .conflict(
                "pool \"" + pool.name + "\" has a node selector that cannot be read, " + pool.nodeSelector + ": "
                    + error.description + "; put it right with martletctl apply")
        }
    }

    /// The labels of this node's Node object; a node without one still has its name.
    ///
    /// The static plugin's SQLite has no functions for JSON.
    private borrowing func labels() throws(LedgerError) -> [String: String] {
        var labels = ["kubernetes.io/hostname": node]
        let manifest = try sql { () throws(SQLiteError) -> String? in
            let row = try connection.prepare("SELECT body FROM object WHERE kind = 'Node' AND name = ?")
            try row.bind(1, node)
            return try row.step() ? row.text(0) : nil
        }
        guard let manifest else { return labels }
        let object: JSON
        do throws(JSON.SyntaxError) { object = try JSON.parse(Array(manifest.utf8)) } catch {
            throw .conflict("Node \"" + node + "\" in the ledger is no JSON: " + error.description)
        }
        guard case .object(let members)? = object["metadata"]?["labels"] else { return labels }
        for member in members {
            if case .string(let text) = member.value { labels[member.name] = text }
        }
        return labels
    }

    /// Writes pools, each in the place of an older one if there is one, within a transaction.
    borrowing func write(_ changes: [(old: Pool?, new: Pool)]) throws(LedgerError) {
        // No two may have one range, not even for the time between two statements.
        for change in changes {
            if let old = change.old, old.cidr != change.new.cidr { try vacate(old) }
        }
        for change in changes {
            if let old = change.old { try self.change(old, to: change.new) } else { try insert(change.new) }
        }
    }

    private borrowing func vacate(_ pool: Pool) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("UPDATE pool SET cidr = 'was ' || cidr WHERE id = ?")
            try row.bind(1, pool.id)
            try row.run()
        }
    }

    @discardableResult
    borrowing func insert(_ pool: Pool) throws(LedgerError) -> Int {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                INSERT INTO pool (name, cidr, first, last, block_length, nat_outgoing, disabled, selector, automatic,
                  exported, draining, configured, shared)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
            try bind(pool, to: row)
            try row.run()
            return Int(connection.lastInsertedRow)
        }
    }

    borrowing func change(_ old: Pool, to new: Pool) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                UPDATE pool SET name = ?, cidr = ?, first = ?, last = ?, block_length = ?, nat_outgoing = ?, disabled = ?,
                  selector = ?, automatic = ?, exported = ?, draining = ?, configured = ?, shared = ?
                WHERE id = ?
                """)
            try bind(new, to: row)
            try row.bind(14, new.id)
            try row.run()
        }
        for block in try blocks(of: old) {
            if !new.cidr.contains(block) {
                throw .conflict(
                    "pool \"" + new.name + "\" cannot become " + new.cidr.description + ": block " + block.description
                        + " of " + old.cidr.description
                        + " is in use; delete its pods first, or give the new range another name")
            }
            if new.isExported && block.length == block.family.bits {
                throw .conflict(
                    "pool \"" + new.name + "\" cannot be announced: block " + block.description
                        + " of it has no route of its own; delete its pods and give empty blocks back "
                        + "(martletctl ipam check --fix), or keep disableBGPExport")
            }
        }
    }

    private borrowing func blocks(of pool: Pool) throws(LedgerError) -> [Prefix] {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("SELECT cidr FROM block WHERE pool = ?")
            try row.bind(1, pool.id)
            var blocks: [Prefix] = []
            while try row.step() { blocks.append(try row.prefix(0)) }
            return blocks
        }
    }

    private borrowing func bind(_ pool: Pool, to row: borrowing Statement) throws(SQLiteError) {
        try row.bind(1, pool.name)
        try row.bind(2, pool.cidr.description)
        try row.bind(3, ordered: pool.cidr.first)
        try row.bind(4, ordered: pool.cidr.last)
        try row.bind(5, pool.blockLength)
        try row.bind(6, pool.natOutgoing)
        try row.bind(7, pool.disabled)
        try row.bind(8, pool.nodeSelector)
        try row.bind(9, pool.isAutomatic)
        try row.bind(10, pool.isExported)
        try row.bind(11, pool.isDraining)
        try row.bind(12, pool.configured.rawValue)
        try row.bind(13, pool.isShared)
    }

    /// Reserves a prefix for good.
    package borrowing func reserve(_ prefix: Prefix, note: String) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "INSERT OR IGNORE INTO reservation (cidr, first, last, note, owner) VALUES (?, ?, ?, ?, '')")
            try row.bind(1, prefix.description)
            try row.bind(2, ordered: prefix.first)
            try row.bind(3, ordered: prefix.last)
            try row.bind(4, note)
            try row.run()
        }
    }
}

extension Pool {
    /// Takes over what a network configuration has no words for, or leaves unsaid.
    fileprivate mutating func keep(_ known: Pool) {
        id = known.id
        nodeSelector = known.nodeSelector
        isAutomatic = known.isAutomatic
        if configured != .withExport { isExported = known.isExported }
    }
}
