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
                  configured
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
                pool.isConfigured = row.bool(10)
                pools.append(pool)
            }
            return pools
        }
    }

    /// Brings the pools of a configuration into the ledger, within a transaction, and answers all there are.
    ///
    /// - Throws: `LedgerError.pools` for an overlap, `.conflict` for a change that blocks in use forbid.
    borrowing func adopt(_ configured: [Pool]) throws(LedgerError) -> [Pool] {
        var known = try pools()
        for pool in configured {
            let index = known.firstIndex { $0.name == pool.name }
            var adopted = pool
            adopted.isConfigured = true
            if let index {
                adopted.keep(known[index])
                if adopted == known[index] { continue }
            }
            for other in known where other.name != pool.name {
                do throws(PoolProblem) { try PoolProblem.check(pool, beside: other) } catch { throw .pools(error) }
            }
            if let index {
                try change(known[index], to: adopted)
                known[index] = adopted
            } else {
                adopted.id = try insert(adopted)
                known.append(adopted)
            }
        }
        return known
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

    borrowing func insert(_ pool: Pool) throws(LedgerError) -> Int {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                INSERT INTO pool (name, cidr, first, last, block_length, nat_outgoing, disabled, selector, automatic,
                  exported, draining, configured)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
                  selector = ?, automatic = ?, exported = ?, draining = ?, configured = ?
                WHERE id = ?
                """)
            try bind(new, to: row)
            try row.bind(13, new.id)
            try row.run()
        }
        guard let stray = try blocks(of: old).first(where: { !new.cidr.contains($0) }) else { return }
        throw .conflict(
            "pool \"" + new.name + "\" cannot become " + new.cidr.description + ": block " + stray.description
                + " of " + old.cidr.description
                + " is in use; delete its pods first, or give the new range another name")
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
        try row.bind(12, pool.isConfigured)
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
    /// Takes over what a network configuration has no words for.
    fileprivate mutating func keep(_ known: Pool) {
        id = known.id
        nodeSelector = known.nodeSelector
        isAutomatic = known.isAutomatic
        isExported = known.isExported
    }
}
