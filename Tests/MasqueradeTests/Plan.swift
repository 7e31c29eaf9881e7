import TestKit

/// A plan as arguments of NATProbe, and the probe itself.
struct Plan {
    var pools: [String]
    var masqueraded: [String]
    var guardsIPv6Sources = false

    /// Two pools with NAT, one of them IPv6, and one of each family without.
    static let mixed = Plan(
        pools: ["10.244.0.0/16", "10.250.0.0/24", "fd00:10::/48", "fd00:20::/48"],
        masqueraded: ["10.244.0.0/16", "fd00:10::/48"], guardsIPv6Sources: true)

    private func command(_ action: String) -> [String] {
        [Programs.built("NATProbe"), action, list(pools), list(masqueraded)] + (guardsIPv6Sources ? ["guard"] : [])
    }

    private func list(_ prefixes: [String]) -> String {
        prefixes.isEmpty ? "-" : prefixes.joined(separator: ",")
    }

    /// What the probe says to `look`, `install` and so on in the namespace, its errors among it.
    func ask(_ action: String, in namespace: Namespace, through wrapper: [String] = []) async throws -> Completion {
        try await namespace.run(wrapper + command(action))
    }

    func isInPlace(in namespace: Namespace) async throws -> Bool { try await answer("look", in: namespace) }

    func isServed(in namespace: Namespace) async throws -> Bool { try await answer("serve", in: namespace) }

    private func answer(_ action: String, in namespace: Namespace) async throws -> Bool {
        let completion = try await ask(action, in: namespace)
        switch (completion.succeeded, completion.text) {
        case (true, "true\n"): return true
        case (true, "false\n"): return false
        default: throw Failure("\(action): \(completion.status) \(completion.text)\(completion.errorText)")
        }
    }

    func install(in namespace: Namespace) async throws {
        let completion = try await ask("install", in: namespace)
        guard completion.succeeded else { throw Failure("install: \(completion.text)\(completion.errorText)") }
    }
}

extension Namespace {
    /// Runs one nft command; its answer is not expected to be anything.
    func nft(_ command: String) async throws -> Completion {
        try await run(["/usr/sbin/nft", "-f", "-"], input: Array(command.utf8))
    }

    /// The handles of the rules in a chain of the table.
    func ruleHandles(_ chain: String) async throws -> [Int] {
        let listing = try await must("/usr/sbin/nft", "-j", "list", "table", "inet", "martlet")
        return try Value(parsing: Array(listing.utf8))["nftables"].elements.compactMap { element in
            element["rule"]["chain"].string == chain ? element["rule"]["handle"].integer : nil
        }
    }
}
