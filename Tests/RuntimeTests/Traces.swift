import TestKit

/// What pods have left on the node, seen from outside the plugin, or what the living ones have.
struct Traces: Equatable, Sendable {
    let wiring: [String]
    let leases: [Value]

    /// A node without pods.
    static let none = Traces(wiring: [], leases: [])
}

/// One call of a plugin, as the recorder noted it.
struct PluginCall: Equatable, Sendable {
    let verb: String
    let container: String
    let ifname: String
    /// Empty where the runtime named none.
    let netns: String
    let args: String
    let exitCode: Int

    init(_ line: String) throws {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 6, let code = Int(fields[5]) else { throw Failure("not a recorded call: \(line)") }
        (verb, container, ifname, netns, args, exitCode) = (fields[0], fields[1], fields[2], fields[3], fields[4], code)
    }
}

extension World {
    /// The ledger, where it is when the configuration does not say.
    static let ledger = "/var/lib/martlet/ledger.db"

    /// Wires and leases of pods.
    func traces() async throws -> Traces {
        Traces(wiring: try await wiring(), leases: try await leases())
    }

    /// Names of links, and routes and neighbours by destination and device; nothing that changes by itself.
    ///
    /// Blackholes are no pod's: a block stays the node's.
    func wiring() async throws -> [String] {
        let links = try await lines("ip", "-brief", "link", "show").map { firstWords(1, of: $0) }
        let routes = try await lines("ip", "-4", "route", "show") + lines("ip", "-6", "route", "show")
        let neighbours = try await lines("ip", "neighbour", "show", "nud", "all")
        let ends = (routes + neighbours).filter { line in
            !line.contains(" dev lo ") && !["blackhole ", "fe80:", "ff02:"].contains { line.hasPrefix($0) }
        }
        return (links.filter { $0 != "lo" } + ends.map { firstWords(3, of: $0) }).sorted()
    }

    /// Rows of the ledger's lease table, columns by name.
    func leases() async throws -> [Value] {
        let text = try await must("sqlite3", "-readonly", "-json", World.ledger, "SELECT * FROM lease")
        return text.isEmpty ? [] : try Value(parsing: Array(text.utf8)).elements
    }

    /// The address of the only lease there is.
    func leasedAddress() async throws -> String {
        let leases = try await leases()
        guard leases.count == 1, let address = leases[0]["address"].string else {
            throw Failure("one lease is expected: \(leases)")
        }
        return address
    }

    /// Calls of the plugin in order of their end, without podman's VERSION ones.
    func calls() async throws -> [PluginCall] {
        try await lines("cat", "/run/cni-calls").map(PluginCall.init).filter { $0.verb != "VERSION" }
    }

    /// Whether one ICMP echo from the node to the address is answered; the first packet must do.
    func answers(_ address: String) async throws -> Bool {
        try await run("busybox", "ping", "-c", "1", "-W", "2", address).succeeded
    }

    private func lines(_ command: String...) async throws -> [String] {
        try await must(command).split(separator: "\n").map(String.init)
    }
}

private func firstWords(_ count: Int, of line: String) -> String {
    line.split(separator: " ").prefix(count).joined(separator: " ")
}

/// The addresses in what busybox's `ip -o -4 addr show` writes.
func ipv4Addresses(in output: String) -> [String] {
    output.split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ")
        return words.firstIndex(of: "inet").flatMap { words.dropFirst($0 + 1).first.map(String.init) }
    }
}
