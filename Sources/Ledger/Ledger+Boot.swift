import IPAM
import SQLite

extension Ledger {
    /// Whether this boot's dead have been reclaimed.
    package borrowing func isReclaimed() throws(LedgerError) -> Bool {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare("SELECT boot_id FROM ledger")
            return try row.step() && row.text(0) == bootID
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
            SELECT lease.address, lease.block, block.cidr, network, container_id, ifname, host_interface, mac, boot_id
            FROM lease JOIN block ON block.id = lease.block
            WHERE boot_id <> ? AND block.owner = ?
            """, bootID, node)
    }
}
