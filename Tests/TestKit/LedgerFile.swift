/// The ledger as the `sqlite3` shell shows it. Every query on its schema stands in this file.
package struct LedgerFile: Sendable {
    package let path: String
    /// Where the shell runs: the node's mounts may be its own.
    let namespace: Namespace

    /// One leased address.
    package struct Lease: Hashable, Sendable {
        /// Without a length.
        package let address: String
        package let network: String
        package let container: String
        package let ifname: String
        package let hostInterface: String

        package init(address: String, network: String, container: String, ifname: String, hostInterface: String) {
            self.address = address
            self.network = network
            self.container = container
            self.ifname = ifname
            self.hostInterface = hostInterface
        }
    }

    /// One block a node owns.
    package struct Block: Hashable, Sendable {
        package let cidr: String
        package let owner: String

        package init(cidr: String, owner: String) {
            self.cidr = cidr
            self.owner = owner
        }
    }

    /// All leases, by address as text.
    package func leases() async throws -> [Lease] {
        try await rows("SELECT * FROM lease").map { row in
            Lease(
                address: row["address"].string ?? "", network: row["network"].string ?? "",
                container: row["container_id"].string ?? "", ifname: row["ifname"].string ?? "",
                hostInterface: row["host_interface"].string ?? "")
        }.sorted { $0.address < $1.address }
    }

    /// All blocks that have an owner.
    package func blocks() async throws -> [Block] {
        try await rows("SELECT * FROM block").map {
            Block(cidr: $0["cidr"].string ?? "", owner: $0["owner"].string ?? "")
        }.sorted { $0.cidr < $1.cidr }
    }

    /// The names of the pools that the ledger knows.
    package func poolNames() async throws -> [String] {
        try await rows("SELECT name FROM pool ORDER BY name").compactMap { $0["name"].string }
    }

    /// Makes the ledger believe that it was last used before a reboot.
    package func pretendReboot() async throws {
        for table in ["ledger", "lease", "freed"] {
            try await change("UPDATE \(table) SET boot_id = '00000000-0000-0000-0000-000000000000'")
        }
    }

    /// Copies the ledger while it is in use, as docs/ledger.md says.
    package func backUp(to copy: String) async throws {
        try await shell(["-bail", path, ".backup '\(copy)'"])
    }

    /// Puts a copy in the ledger's place, while it is in use.
    package func restore(from copy: String) async throws {
        try await shell(["-bail", path, ".restore '\(copy)'"])
    }

    /// Loses every lease and keeps the blocks.
    package func forgetLeases() async throws {
        try await change("DELETE FROM lease")
    }

    /// Makes the ledger one that a much later Martlet has written and this one may not.
    package func pretendNewer() async throws {
        try await change("PRAGMA user_version = 999; UPDATE ledger SET minimum_writer = 999")
    }

    /// Addresses put aside because another device holds them.
    package func quarantined() async throws -> Set<String> {
        Set(
            try await rows("SELECT address FROM freed WHERE quarantine IS NOT NULL").compactMap {
                $0["address"].string
            })
    }

    /// What SQLite finds wrong with the file; nothing when it is sound, or not there.
    package func damage() async throws -> [String] {
        try await rows("PRAGMA integrity_check").compactMap { $0["integrity_check"].string }.filter { $0 != "ok" }
    }

    /// Makes the write-ahead log as many pages long, of all kinds.
    ///
    /// The plugin empties it after the transaction that makes it longer than 31.
    package func growLog(toFrames frames: Int) async throws {
        // One page each: columns that are in no index.
        let changes = [
            "UPDATE lease SET created_at = created_at", "UPDATE block SET claimed_at = claimed_at",
            "UPDATE freed SET at = at", "UPDATE pool SET disabled = disabled", "UPDATE ledger SET boot_id = boot_id",
        ]
        try await shell(
            [
                "-bail", "-cmd", ".dbconfig no_ckpt_on_close on", "-cmd", "PRAGMA wal_autocheckpoint = 0", path,
                "PRAGMA wal_checkpoint(TRUNCATE)",
            ] + (0..<frames).map { changes[$0 % changes.count] })
    }

    /// Runs a statement that changes the ledger, as an operator or an accident would.
    package func change(_ statement: String) async throws {
        try await shell(["-bail", path, statement])
    }

    /// The rows of any query; none when there is no ledger, or one that nobody has made tables in yet.
    package func rows(_ query: String) async throws -> [Value] {
        guard try await namespace.run(["/usr/bin/test", "-f", path]).succeeded else { return [] }
        var completion = try await execute(["-readonly", "-json", path, query])
        if completion.errorText.contains("attempt to write a readonly database") {
            // Whoever made it was killed before its first transaction's journal was gone: it must be rolled back first.
            completion = try await execute(["-json", path, query])
        }
        if !completion.succeeded, completion.errorText.contains("no such table") { return [] }
        let text = try must(completion, query)
        return text.isEmpty ? [] : try Value(parsing: Array(text.utf8)).elements
    }

    @discardableResult
    private func shell(_ arguments: [String]) async throws -> String {
        try must(try await execute(arguments), arguments.joined(separator: " "))
    }

    private func execute(_ arguments: [String]) async throws -> Completion {
        try await namespace.run(["/usr/bin/sqlite3", "-cmd", ".timeout 10000"] + arguments)
    }

    private func must(_ completion: Completion, _ what: String) throws -> String {
        guard completion.succeeded, completion.errors.isEmpty else {
            throw Failure("sqlite3, \(what): \(completion.text)\(completion.errorText)")
        }
        return completion.text
    }
}
