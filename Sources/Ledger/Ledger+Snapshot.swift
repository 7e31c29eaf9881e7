import Addressing
import IPAM
import SQLite
import System

extension Ledger {
    /// Reads at one moment, without keeping anybody from writing.
    ///
    /// - Throws: `LedgerError.unusable` for a file without tables, `.tooNew` for one that this code cannot read.
    package borrowing func reading<Result: ~Copyable>(
        _ body: () throws(LedgerError) -> Result
    ) throws(LedgerError) -> Result {
        try sql { () throws(SQLiteError) in try connection.execute("BEGIN") }
        let result: Result
        do throws(LedgerError) {
            try checkTables()
            result = try body()
        } catch {
            // What went wrong first is what is told.
            do throws(SQLiteError) { try connection.execute("ROLLBACK") } catch {}
            throw error
        }
        try sql { () throws(SQLiteError) in try connection.execute("COMMIT") }
        return result
    }

    /// Everything there is, read at one moment.
    package borrowing func snapshot() throws(LedgerError) -> LedgerSnapshot {
        try reading { () throws(LedgerError) in
            var snapshot = LedgerSnapshot()
            snapshot.pools = try pools()
            try sql { () throws(SQLiteError) in
                snapshot.blocks = try allBlocks()
                snapshot.leases = try entries()
                snapshot.freed = try allFreed()
                snapshot.reservations = try reservations()
                let row = try connection.prepare("SELECT boot_id, (SELECT max(id) FROM journal) FROM ledger")
                if try row.step() {
                    snapshot.bootID = row.text(0)
                    snapshot.lastEnded = row.integer(1)
                }
            }
            return snapshot
        }
    }

    /// Blocks and leases alone: the queue of the freed may be many times as long.
    package borrowing func leaseSnapshot() throws(LedgerError) -> LedgerSnapshot {
        try reading { () throws(LedgerError) in
            try sql { () throws(SQLiteError) in
                var snapshot = LedgerSnapshot()
                snapshot.blocks = try allBlocks()
                snapshot.leases = try entries()
                return snapshot
            }
        }
    }

    borrowing func allBlocks() throws(SQLiteError) -> [LedgerSnapshot.Block] {
        let row = try connection.prepare(
            "SELECT id, cidr, pool, owner, routed, next, claimed_at FROM block ORDER BY first")
        var blocks: [LedgerSnapshot.Block] = []
        while try row.step() {
            blocks.append(
                LedgerSnapshot.Block(
                    id: row.integer(0), cidr: try row.prefix(1), pool: row.integer(2), owner: row.text(3),
                    isRouted: row.bool(4), next: row.integer(5), claimedAt: row.integer(6)))
        }
        return blocks
    }

    private borrowing func entries() throws(SQLiteError) -> [LedgerSnapshot.Entry] {
        let row = try connection.prepare(
            """
            SELECT lease.address, lease.block, block.cidr, network, container_id, ifname, host_interface, mac, boot_id,
              pod_namespace, pod_name, pod_uid, mtu, sandbox, sandbox_device, sandbox_inode, created_at
            FROM lease LEFT JOIN block ON block.id = lease.block
            """)
        var entries: [LedgerSnapshot.Entry] = []
        while try row.step() {
            let address = try row.address(0)
            let lease = Lease(
                // A lease whose block is gone is a finding, not a failure.
                address: address, block: row.integer(1),
                blockCIDR: row.isNull(2) ? Prefix(host: address) : try row.prefix(2),
                attachment: Attachment(network: row.text(3), containerID: row.text(4), ifname: row.text(5)),
                hostInterface: row.text(6), mac: row.text(7), bootID: row.text(8))
            entries.append(
                LedgerSnapshot.Entry(
                    lease: lease,
                    pod: PodIdentity(
                        namespace: row.optionalText(9), name: row.optionalText(10), uid: row.optionalText(11)),
                    mtu: row.integer(12), sandbox: row.text(13),
                    sandboxIdentity: FileStatus.Identity(
                        device: UInt64(truncatingIfNeeded: row.integer(14)),
                        inode: UInt64(truncatingIfNeeded: row.integer(15))),
                    createdAt: row.integer(16)))
        }
        return entries.sorted { $0.lease.address < $1.lease.address }
    }

    private borrowing func allFreed() throws(SQLiteError) -> [LedgerSnapshot.Freed] {
        let row = try connection.prepare(
            """
            SELECT address, block, owner, sequence, quarantine,
              boot_id = ? AND ? - at < coalesce(?, (SELECT rest_seconds FROM ledger), 180)
            FROM freed ORDER BY owner, sequence
            """)
        try row.bind(1, bootID)
        try row.bind(2, now)
        try row.bind(3, restTime)
        var freed: [LedgerSnapshot.Freed] = []
        while try row.step() {
            freed.append(
                LedgerSnapshot.Freed(
                    address: try row.address(0), block: row.integer(1), owner: row.text(2), sequence: row.integer(3),
                    quarantine: row.optionalText(4),
                    isResting: row.bool(5)))
        }
        return freed
    }

    private borrowing func reservations() throws(SQLiteError) -> [LedgerSnapshot.Reservation] {
        let row = try connection.prepare("SELECT cidr, note, owner FROM reservation ORDER BY first, last")
        var reservations: [LedgerSnapshot.Reservation] = []
        while try row.step() {
            reservations.append(
                LedgerSnapshot.Reservation(cidr: try row.prefix(0), note: row.text(1), owner: row.text(2)))
        }
        return reservations
    }
}
