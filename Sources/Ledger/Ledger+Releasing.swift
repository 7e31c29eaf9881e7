import Addressing
import IPAM
import SQLite
import System

extension Ledger {
    /// Whether an attachment has leases: a cheaper question than which.
    borrowing func holdsLease(_ attachment: Attachment) throws(LedgerError) -> Bool {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "SELECT 1 FROM lease WHERE container_id = ? AND ifname = ? AND network = ?")
            try row.bind(1, attachment.containerID)
            try row.bind(2, attachment.ifname)
            try row.bind(3, attachment.network)
            return try row.step()
        }
    }

    /// The leases of an attachment.
    package borrowing func leases(of attachment: Attachment) throws(LedgerError) -> [Lease] {
        try leases(
            """
            SELECT lease.address, lease.block, block.cidr, network, container_id, ifname, host_interface, mac, boot_id,
              owner
            FROM lease JOIN block ON block.id = lease.block
            WHERE container_id = ? AND ifname = ? AND network = ? ORDER BY family
            """, attachment.containerID, attachment.ifname, attachment.network)
    }

    /// The leases of a container's interface on whatever network.
    package borrowing func leases(ofContainer containerID: String, ifname: String) throws(LedgerError) -> [Lease] {
        try leases(
            """
            SELECT lease.address, lease.block, block.cidr, network, container_id, ifname, host_interface, mac, boot_id,
              owner
            FROM lease JOIN block ON block.id = lease.block
            WHERE container_id = ? AND ifname = ? ORDER BY network, family
            """, containerID, ifname)
    }

    /// The leases of a network on this node.
    ///
    /// Those in blocks that the node has lost are among them: of shared pools the ledger has no other node's blocks.
    package borrowing func leases(ofNetwork network: String) throws(LedgerError) -> [Lease] {
        try leases(
            """
            SELECT lease.address, lease.block, block.cidr, network, container_id, ifname, host_interface, mac, boot_id,
              owner
            FROM lease JOIN block ON block.id = lease.block
            WHERE network = ? AND (owner = ? OR pool IN (SELECT id FROM pool WHERE shared))
            ORDER BY container_id, ifname, family
            """, network, node)
    }

    /// Frees an address, within a transaction: to the end of its queue, unless it is leased to others by now.
    package borrowing func free(_ lease: Lease, quarantine reason: String? = nil) throws(LedgerError) {
        // Nobody has had an address that is set aside.
        if reason == nil { try journal(lease) }
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "DELETE FROM lease WHERE address = ? AND container_id = ? AND ifname = ? AND network = ?")
            try row.bind(1, lease.address.description)
            try row.bind(2, lease.attachment.containerID)
            try row.bind(3, lease.attachment.ifname)
            try row.bind(4, lease.attachment.network)
            try row.run()
            guard connection.changes > 0 else { return }
            let queue = try connection.prepare(
                """
                INSERT INTO freed
                SELECT owner, pool, routed,
                  (SELECT coalesce(max(sequence), 0) + 1 FROM freed
                   WHERE owner = block.owner AND pool = block.pool AND routed = block.routed),
                  id, ?, ?, ?, ?
                FROM block WHERE id = ? AND NOT EXISTS (SELECT 1 FROM lease WHERE address = ?)
                """)
            try queue.bind(1, lease.address.description)
            try queue.bind(2, now)
            // What was leased in an earlier boot has rested: nobody remembers it.
            try queue.bind(3, lease.bootID)
            try queue.bind(4, reason)
            try queue.bind(5, lease.block)
            try queue.bind(6, lease.address.description)
            try queue.run()
        }
    }

    /// Takes an address out of its queue.
    borrowing func dequeue(_ freed: FreedAddress, _ pool: Pool) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "DELETE FROM freed WHERE owner = ? AND pool = ? AND routed = ? AND sequence = ?")
            try row.bind(1, node)
            try row.bind(2, pool.id)
            try row.bind(3, isRouted)
            try row.bind(4, freed.sequence)
            try row.run()
        }
    }

    /// Notes that the host end had to be given another name.
    package borrowing func rename(_ attachment: Attachment, to hostInterface: String) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "UPDATE lease SET host_interface = ? WHERE container_id = ? AND ifname = ? AND network = ?")
            try row.bind(1, hostInterface)
            try row.bind(2, attachment.containerID)
            try row.bind(3, attachment.ifname)
            try row.bind(4, attachment.network)
            try row.run()
        }
    }

    borrowing func leases(_ query: StaticString, _ values: String...) throws(LedgerError) -> [Lease] {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(query)
            for index in values.indices { try row.bind(Int32(index) + 1, values[index]) }
            var leases: [Lease] = []
            while try row.step() { leases.append(try lease(row)) }
            return leases
        }
    }

    private borrowing func lease(_ row: borrowing Statement) throws(SQLiteError) -> Lease {
        var lease = Lease(
            address: try row.address(0), block: row.integer(1), blockCIDR: try row.prefix(2),
            attachment: Attachment(network: row.text(3), containerID: row.text(4), ifname: row.text(5)),
            hostInterface: row.text(6), mac: row.text(7), bootID: row.text(8))
        lease.isInOwnBlock = row.text(9) == node
        return lease
    }

    /// Notes who held an address and for how long, before its lease ends.
    private borrowing func journal(_ lease: Lease) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                INSERT INTO journal
                SELECT NULL, address, ?, network, container_id, ifname, pod_namespace, pod_name, created_at, ?
                FROM lease WHERE address = ? AND container_id = ? AND ifname = ? AND network = ?
                """)
            try row.bind(1, node)
            try row.bind(2, wallClockSeconds())
            try row.bind(3, lease.address.description)
            try row.bind(4, lease.attachment.containerID)
            try row.bind(5, lease.attachment.ifname)
            try row.bind(6, lease.attachment.network)
            try row.run()
            // Now and then what has become too old goes.
            if connection.changes > 0 && connection.lastInsertedRow % 256 == 0 { try trimJournal() }
        }
    }

    /// Most ended leases that the journal keeps, and for how many days.
    package static let journalLimit = (entries: 20_000, days: 90)

    private borrowing func trimJournal() throws(SQLiteError) {
        // The oldest come first: no more of them are looked at than two such rounds bring.
        let row = try connection.prepare(
            "DELETE FROM journal WHERE id < (SELECT min(id) FROM journal) + 512 AND (id <= ? OR until < ?)")
        try row.bind(1, Int(connection.lastInsertedRow) - Self.journalLimit.entries)
        try row.bind(2, wallClockSeconds() - Self.journalLimit.days * 86_400)
        try row.run()
    }
}
