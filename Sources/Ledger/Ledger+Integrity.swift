import Addressing
import IPAM
import SQLite

/// Whether the file is sound, as SQLite sees it.
extension Ledger {
    /// What is wrong with the file itself; nothing when it is sound.
    ///
    /// - Throws: `LedgerError` when it could not be read for another reason than damage.
    package borrowing func damage() throws(LedgerError) -> [String] {
        do throws(SQLiteError) {
            let row = try connection.prepare("PRAGMA integrity_check(20)")
            var lines: [String] = []
            while try row.step() { lines.append(row.text(0)) }
            return lines == ["ok"] ? [] : lines
        } catch {
            guard error.kind == .corrupt else { throw .database(error) }
            return [error.message]
        }
    }

    /// Tables with rows that name a row of another table which is not there: the table, how many, and the other.
    package borrowing func danglingRows() throws(LedgerError) -> [(table: String, rows: Int, parent: String)] {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "SELECT \"table\", count(*), parent FROM pragma_foreign_key_check GROUP BY 1, 3 ORDER BY 1, 3")
            var tables: [(table: String, rows: Int, parent: String)] = []
            while try row.step() { tables.append((row.text(0), row.integer(1), row.text(2))) }
            return tables
        }
    }

    /// Attachments of which a lease has ended since an entry of the journal.
    package borrowing func ended(after entry: Int) throws(LedgerError) -> Set<Attachment> {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "SELECT network, container_id, ifname FROM journal WHERE id > ?")
            try row.bind(1, entry)
            var attachments: Set<Attachment> = []
            while try row.step() {
                attachments.insert(
                    Attachment(network: row.text(0), containerID: row.text(1), ifname: row.text(2)))
            }
            return attachments
        }
    }

    /// Addresses of this node's that were freed since an entry of the journal and that nobody has now, and the last entry.
    package borrowing func freed(after entry: Int) throws(LedgerError) -> (addresses: Set<IPAddress>, last: Int) {
        try reading { () throws(LedgerError) in
            try sql { () throws(SQLiteError) in
                let row = try connection.prepare(
                    """
                    SELECT DISTINCT address FROM journal
                    WHERE id > ? AND node = ? AND address NOT IN (SELECT address FROM lease)
                    """)
                try row.bind(1, entry)
                try row.bind(2, node)
                var addresses: Set<IPAddress> = []
                while try row.step() { addresses.insert(try row.address(0)) }
                let newest = try connection.prepare("SELECT coalesce(max(id), 0) FROM journal")
                return (addresses, try newest.step() ? newest.integer(0) : 0)
            }
        }
    }
}
