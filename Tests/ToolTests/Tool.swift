import TestKit
import Testing

/// `martletctl` as an operator runs it on a node.
extension Node {
    /// Runs it on this node's ledger, whatever comes of it.
    func tool(_ words: [String], input: String = "") async throws -> Completion {
        try await namespace.run(
            [Programs.operatorsTool] + words + ["--data-dir", data, "--nodename", name], input: Array(input.utf8))
    }

    /// Runs what has to succeed without a word on standard error; answers what it printed.
    @discardableResult
    func ask(_ words: String..., input: String = "") async throws -> String {
        let completion = try await tool(words, input: input)
        guard completion.succeeded, completion.errors.isEmpty else {
            throw Failure("\(words) ended with \(completion.status): \(completion.text)\(completion.errorText)")
        }
        return completion.text
    }

    /// The lines of what has to succeed.
    func lines(_ words: String...) async throws -> [String] {
        let completion = try await tool(words)
        guard completion.succeeded else { throw Failure("\(words): \(completion.status) \(completion.errorText)") }
        return completion.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Runs what has to end with a status other than 0; answers what stands on standard error.
    @discardableResult
    func refuse(
        _ words: String..., input: String = "", status: Int32 = 1, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let completion = try await tool(words, input: input)
        #expect(
            completion.status == .exited(status), "\(words): \(completion.text)\(completion.errorText)",
            sourceLocation: sourceLocation)
        return completion.errorText
    }

    /// Applies manifests that have to be taken.
    @discardableResult
    func apply(_ manifests: String) async throws -> String {
        try await ask("apply", "-f", "-", input: manifests)
    }

    /// Everything in the ledger, as statements that would make it again.
    func dump() async throws -> String {
        try await namespace.must("/usr/bin/sqlite3", ledger.path, ".dump")
    }

    /// A configuration whose pools stand in the ledger.
    func bare(_ ipam: [String: Value] = [:]) -> Value {
        ipam.reduce(configuration().setting("ipam.pools", .null)) { $0.setting("ipam.\($1.key)", $1.value) }
    }

    /// The address of a new pod in the ledger's pools.
    @discardableResult
    func start(_ ipam: [String: Value] = [:], args: String = "") async throws -> (pod: Pod, address: String) {
        let pod = try await pod()
        return (pod, try await add(pod, args: args, configuration: bare(ipam)).resultAddress())
    }

    /// The error of a pod that cannot have an address.
    func failToStart(_ ipam: [String: Value] = [:], args: String = "") async throws -> PluginError {
        try await cni(.add, try await pod(), args: args, configuration: bare(ipam)).error()
    }

    /// GC that keeps nothing.
    func collectAll() async throws {
        try await collect(keeping: [], configuration: bare().merging(["cniVersion": "1.1.0"])).result()
    }
}

/// The manifest of a pool.
func pool(_ name: String, _ cidr: String, _ spec: String...) -> String {
    """
    ---
    apiVersion: projectcalico.org/v3
    kind: IPPool
    metadata:
      name: \(name)
    spec:
      cidr: \(cidr)

    """ + spec.map { "  \($0)\n" }.joined()
}

/// The manifest of a node with labels.
func node(_ name: String, labels: String, bgp: String = "{}") -> String {
    """
    ---
    apiVersion: projectcalico.org/v3
    kind: Node
    metadata: {name: \(name), labels: \(labels)}
    spec: {bgp: \(bgp)}

    """
}

/// The manifest of a reservation.
func reservation(_ name: String, _ cidrs: String...) -> String {
    """
    ---
    apiVersion: projectcalico.org/v3
    kind: IPReservation
    metadata: {name: \(name)}
    spec: {reservedCIDRs: [\(cidrs.map { "\"\($0)\"" }.joined(separator: ", "))]}

    """
}

/// CNI_ARGS of a pod at an orchestrator.
func podArgs(_ namespace: String, _ name: String) -> String {
    "IgnoreUnknown=1;K8S_POD_NAMESPACE=\(namespace);K8S_POD_NAME=\(name)"
}
