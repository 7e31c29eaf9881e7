import TestKit

/// What the registry tells.
extension MeshAccident {
    static let ofRegistry = [
        ofRegistry("registry-silent", "the registry's file is away") { lab in
            try await lab.must("mv /run/lab/registry.db /run/lab/away.db")
            return ("registry", ["/run/lab/registry.db"])
        } cure: { lab in
            try await lab.must("mv /run/lab/away.db /run/lab/registry.db")
        },
        ofRegistry("node-unregistered", "somebody has deleted the node") { lab in
            try await lab.registry("DELETE FROM object WHERE kind = 'Node' AND name = 'node1.whale.com'")
            return ("node1.whale.com", ["does not know"])
        },
        ofRegistry("pool-differs", "a pool was changed while the agent was away") { lab in
            try await lab.registry(
                "UPDATE object SET body = json_set(body, '$.spec.natOutgoing', json('false')) WHERE kind = 'IPPool'")
            return ("default-ipv4-ippool", ["natOutgoing true in the ledger and false in the registry"])
        },
        ofRegistry("block-lost", "the node's block was given to another, and a pod has an address of it") { lab in
            let block = try await lab.block(of: "node1")
            try await lab.registry(
                """
                UPDATE object SET body = json_set(body, '$.owner', 'master.whale.com')
                WHERE kind = 'Block' AND json_extract(body, '$.cidr') = '\(block)'
                """)
            return (block, ["master.whale.com's by the registry", "started anew"])
        } cure: { lab in
            try await lab("agent", "start", "node1")
            // The agent can but withdraw it; what is leased from it stays until somebody deletes the pod.
            guard
                try await eventually(
                    within: .seconds(10), { try await lab.audit().problems.map(\.code) == ["block-lost"] })
            else { throw Failure("not only the block is lost: \(try await lab.audit().problems)") }
            try await lab("pod", "del", "web")
        },
        ofRegistry("block-unknown", "the registry has a block more for the node than its ledger") { lab in
            let record = """
                {"cidr":"10.244.200.0/26","pool":"default-ipv4-ippool","owner":"node1.whale.com","claim":"x",
                "state":"owned","claimedAt":0}
                """
            try await lab.registry(
                """
                INSERT INTO object SELECT 'Block', '4-0af4c800-26', revision, '\(record.replacing("\"", with: "\\\""))'
                FROM registry
                """)
            return ("10.244.200.0/26", ["ledger does not say so"])
        },
    ]

    /// One that happens while the agent of `node1` is away, and that the agent puts right when it comes again.
    private static func ofRegistry(
        _ code: String, _ description: String,
        happen: @escaping @Sendable (Lab) async throws -> (subject: String, named: [String]),
        cure: @escaping @Sendable (Lab) async throws -> Void = { try await $0("agent", "start", "node1") }
    ) -> MeshAccident {
        MeshAccident(code, description, registry: "sqlite") { lab in
            try await lab("agent", "stop", "node1")
            return try await happen(lab)
        } cure: { lab in
            try await cure(lab)
        }
    }
}
