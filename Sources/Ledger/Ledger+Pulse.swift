import Addressing
import IPAM
import SQLite
import System

/// What changes from second to second, for a live view.
package struct Pulse: Hashable, Sendable {
    package let leases: Int
    /// Number of the last lease that ended: what two of them differ by has ended between.
    package let ended: Int
    package let quarantined: Int
    /// The address that has been free for longest, and for how many seconds; nil while none is.
    package let oldestFree: OldestFree?

    package struct OldestFree: Hashable, Sendable {
        package let address: IPAddress
        /// Seconds; nil when it was freed before the last boot.
        package let seconds: Int?
    }
}

extension Ledger {
    /// Counts what changes from second to second.
    package borrowing func pulse() throws(LedgerError) -> Pulse {
        try reading { () throws(LedgerError) in
            try sql { () throws(SQLiteError) in
                let counts = try connection.prepare(
                    """
                    SELECT (SELECT count(*) FROM lease), (SELECT coalesce(max(id), 0) FROM journal),
                      (SELECT count(*) FROM freed WHERE quarantine IS NOT NULL)
                    """)
                guard try counts.step() else {
                    return Pulse(leases: 0, ended: 0, quarantined: 0, oldestFree: nil)
                }
                return Pulse(
                    leases: counts.integer(0), ended: counts.integer(1), quarantined: counts.integer(2),
                    oldestFree: try oldestFree())
            }
        }
    }

    private borrowing func oldestFree() throws(SQLiteError) -> Pulse.OldestFree? {
        let row = try connection.prepare(
            """
            SELECT address, boot_id = ?, at FROM freed WHERE quarantine IS NULL
            ORDER BY boot_id = ?1, at, sequence LIMIT 1
            """)
        try row.bind(1, bootID)
        guard try row.step() else { return nil }
        return Pulse.OldestFree(
            address: try row.address(0), seconds: row.bool(1) ? Boot.seconds() - row.integer(2) : nil)
    }
}
