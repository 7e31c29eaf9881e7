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
}
