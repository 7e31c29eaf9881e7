import Audit
import TestKit
import Testing

@Suite("What docs explains is all there is, and no more")
struct CompletenessTests {
    @Test("docs/audit.md has a section for each code of a finding, in their order")
    func codes() throws {
        #expect(try Document("audit.md").names(ofLevel: 3) == Finding.Code.allCases.map(\.rawValue))
    }

    @Test("docs/ledger.md has a section for each table and view, with a row for each column, in their order")
    func columns() async throws {
        let document = try Document("ledger.md")
        try await withNode { node in
            try await node.add(try await node.pod())
            let tables = try await node.ledger.rows(
                "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY rowid"
            ).compactMap { $0["name"].string }
            #expect(document.names(ofLevel: 3) == tables)
            for table in tables {
                let columns = try await node.ledger.rows("SELECT name FROM pragma_table_info('\(table)')")
                #expect(document.rows(below: "### `\(table)`") == columns.compactMap { $0["name"].string })
            }
        }
    }
}
