import TestKit
import Testing

/// A node beside a registry, with the options that name it.
func withCluster(_ body: (Node, [String]) async throws -> Void) async throws {
    try await withNode { node in try await body(node, ["--registry", "sqlite:\(node.registry)"]) }
}

extension Node {
    /// Where the registry is.
    var registry: String { "\(folder.path)/registry.db" }

    private func run(_ words: [String], _ input: String) async throws -> Completion {
        if words.first != "node" { return try await tool(words, input: input) }
        return try await namespace.run([Programs.operatorsTool] + words)
    }

    /// Runs what has to succeed without a word on standard error; answers what it printed.
    @discardableResult
    func ask(_ words: [String], input: String = "") async throws -> String {
        let completion = try await run(words, input)
        guard completion.succeeded, completion.errors.isEmpty else {
            throw Failure("\(words) ended with \(completion.status): \(completion.text)\(completion.errorText)")
        }
        return completion.text
    }

    /// Runs what has to end with a status other than 0; answers what stands on standard error.
    @discardableResult
    func refuse(
        _ words: [String], input: String = "", status: Int32 = 1, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let completion = try await run(words, input)
        #expect(
            completion.status == .exited(status), "\(words): \(completion.text)\(completion.errorText)",
            sourceLocation: sourceLocation)
        return completion.errorText
    }

    /// Rows of the registry with one column.
    func objects(_ query: String) async throws -> [String] {
        try await namespace.must("/usr/bin/sqlite3", registry, query).split(separator: "\n").map(String.init)
    }

    /// Puts an object into the registry, as the agents of other nodes do.
    func write(_ kind: String, _ name: String, _ body: String) async throws {
        _ = try await objects("INSERT INTO object VALUES ('\(kind)', '\(name)', 1000, '\(body)')")
    }
}

/// A claimed block as the registry keeps it.
func block(_ cidr: String, of owner: String) -> String {
    let body: Value = [
        "cidr": .string(cidr), "pool": "one", "owner": .string(owner), "claim": "c", "state": "owned", "claimedAt": 1,
    ]
    return body.text
}

/// Manifests of the other kinds.
let reservation = """
    ---
    apiVersion: projectcalico.org/v3
    kind: IPReservation
    metadata: {name: kept}
    spec: {reservedCIDRs: [10.1.0.0/28]}

    """
let bgp = """
    ---
    apiVersion: projectcalico.org/v3
    kind: BGPConfiguration
    metadata: {name: default}
    spec: {asNumber: 65001}

    """
let peer = """
    ---
    apiVersion: projectcalico.org/v3
    kind: BGPPeer
    metadata: {name: tor}
    spec: {peerIP: 192.0.2.1, asNumber: 65002}

    """
let home = node("n1", labels: "{rack: a}", bgp: "{ipv4Address: 192.168.0.80/24}")
