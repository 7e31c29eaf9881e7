import Ledger

/// Whether the ledger's file is sound.
extension Audit {
    /// What SQLite finds wrong with the file, and rows that name what is not there.
    static func integrity(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> [Finding] {
        let damage = try books { () throws(LedgerError) in try book.damage() }
        if let first = damage.first {
            let more = damage.count > 1 ? ", and \(damage.count - 1) more" : ""
            return [
                Finding(
                    .integrity, Finding.ledgerFile,
                    "SQLite finds \(directory.databasePath) damaged: \(first)\(more); restore a backup, "
                        + "BACKUP being its path, and check again with --fix, which leases to living pods what they have",
                    repair: restore(directory))
            ]
        }
        return try books { () throws(LedgerError) in try book.danglingRows() }.map { table, rows, parent in
            // What is in a block that is lost, the audit can put right; a pool that is lost nobody knows.
            let isRepairable = parent == "block"
            return Finding(
                .integrity, table,
                "\(rows) row\(rows == 1 ? "" : "s") of table \(table) name\(rows == 1 ? "s" : "") a row of \(parent) that "
                    + "is not there" + (isRepairable ? "" : "; restore a backup, BACKUP being its path"),
                repair: isRepairable ? Finding.fix : restore(directory))
        }
    }

    private static func restore(_ directory: borrowing LedgerDirectory) -> String {
        "sqlite3 \(directory.databasePath) '.restore BACKUP'"
    }
}
