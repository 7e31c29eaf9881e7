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

    /// Makes the ledger believe that it was last used before a reboot.
    package func pretendReboot() async throws {
        for table in ["ledger", "lease", "freed"] {
            try await change("UPDATE \(table) SET boot_id = '00000000-0000-0000-0000-000000000000'")
        }
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
            try await rows("SELECT address FROM freed WHERE quarantine IS NOT NULL").compactMap { $0["address"].string }
        )
    }

    /// Runs a statement that changes the ledger, as an operator or an accident would.
    package func change(_ statement: String) async throws {
        try await shell(["-bail", path, statement])
    }

    /// The rows of any query; none when there is no ledger.
    package func rows(_ query: String) async throws -> [Value] {
        guard try await namespace.run(["/usr/bin/test", "-f", path]).succeeded else { return [] }
        let text = try await shell(["-readonly", "-json", path, query])
        return text.isEmpty ? [] : try Value(parsing: Array(text.utf8)).elements
    }

    @discardableResult
    private func shell(_ arguments: [String]) async throws -> String {
        let completion = try await namespace.run(["/usr/bin/sqlite3", "-cmd", ".timeout 10000"] + arguments)
        guard completion.succeeded, completion.errors.isEmpty else {
            throw Failure("sqlite3 \(arguments): \(completion.text)\(completion.errorText)")
        }
        return completion.text
    }
}
