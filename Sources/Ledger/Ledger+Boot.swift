import IPAM
import SQLite

extension Ledger {
    /// What an ADD has to know before it leases.
    package struct Standing: Sendable {
        /// Whether this boot's dead have been reclaimed.
        package let isReclaimed: Bool
        /// The folder of the agent's sockets; nil where the node has no agent.
        package let agent: String?
    }

    /// What an ADD has to know before it leases.
    package borrowing func standing() throws(LedgerError) -> Standing {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("SELECT boot_id, agent FROM ledger")
            guard try row.step() else { return Standing(isReclaimed: false, agent: nil) }
            return Standing(isReclaimed: row.text(0) == bootID, agent: row.optionalText(1))
        }
    }

    /// The folder of the agent's sockets; nil where the node has no agent, which costs a DEL next to nothing to learn: it
    /// stands in the file's header.
    package borrowing func agent() throws(LedgerError) -> String? {
        let isNamed = try sql { () throws(SQLiteError) in
            let row = try connection.prepare("PRAGMA application_id")
            return try row.step() && row.bool(0)
        }
        return isNamed ? try standing().agent : nil
    }

    /// Says where the agent's sockets are, within a transaction; nil: the node has no agent.
    package borrowing func setAgent(folder: String?) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("UPDATE ledger SET agent = ?")
            try row.bind(1, folder)
            try row.run()
            try connection.execute(folder == nil ? "PRAGMA application_id = 0" : "PRAGMA application_id = 1")
        }
    }

    /// Frees, within a transaction, what no living pod can hold: leases of another boot without a link.
    ///
    /// A boot id can change under living containers, and can stay the same when they die; so both proofs are needed.
    ///
    /// - Parameters:
    ///   - aliases: the aliases of all links there are.
    ///   - names: their names.
    /// - Returns: what was freed.
    package borrowing func reclaim(
        aliases: Set<String>, names: Set<String>
    ) throws(LedgerError) -> [Lease] {
        var dead: [Lease] = []
        for lease in try leasesOfOtherBoots()
        where !aliases.contains(lease.attachment.alias) && !names.contains(lease.hostInterface) {
            try free(lease)
            dead.append(lease)
        }
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("UPDATE ledger SET boot_id = ?")
            try row.bind(1, bootID)
            try row.run()
        }
        return dead
    }

    private borrowing func leasesOfOtherBoots() throws(LedgerError) -> [Lease] {
        try leases(
            """
            SELECT lease.address, lease.block, block.cidr, network, container_id, ifname, host_interface, mac, boot_id,
              owner
            FROM lease JOIN block ON block.id = lease.block
            WHERE boot_id <> ? AND (owner = ? OR pool IN (SELECT id FROM pool WHERE shared))
            """, bootID, node)
    }
}
