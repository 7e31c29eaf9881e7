import Glibc
import TestKit
import Testing

/// A seeded sample of system calls, unless MARTLET_ALL is set.
@Suite("import calico killed at a system call")
struct CalicoKilledTests {
    private static let sample = 12
    /// Calls that change something, or hold a lock while it is changed.
    private static let weighty: Set<String> = [
        "sendto", "sendmsg", "pwrite64", "write", "fdatasync", "fsync", "ftruncate", "flock", "fcntl", "setns",
        "unlink",
    ]

    @Test("has taken over all or nothing, cuts nobody off, and can be made again")
    func killed() async throws {
        var points: [[String]] = []
        try await withCalico { calico, _, _ in
            let (completion, log) = try await take(calico, killedAt: [])
            #expect(completion.succeeded, "\(completion.errorText)")
            var counts: [String: Int] = [:]
            for words in log.split(separator: "\n").map({ $0.split(separator: " ").map(String.init) }) {
                guard words.count == 2, words[0] == "0", Self.weighty.contains(words[1]) else { continue }
                counts[words[1], default: 0] += 1
                points.append(["0", words[1], String(counts[words[1]] ?? 1), "kill"])
            }
        }
        var random = Seeded("killed import")
        let chosen = getenv("MARTLET_ALL") != nil ? points : Array(points.shuffled(using: &random).prefix(Self.sample))
        let fired = try await withThrowingTaskGroup(of: Bool.self) { group in
            for point in chosen { group.addTask { try await spoil(point) } }
            return try await group.reduce(into: 0) { if $1 { $0 += 1 } }
        }
        print("import calico: \(chosen.count) of \(points.count) calls, \(fired) fired; seed \(Seeded.seed)")
        // How many namespaces it searches depends on what else the machine does.
        #expect(fired * 2 >= chosen.count)
    }

    /// Whether the process was killed there.
    private func spoil(_ point: [String]) async throws -> Bool {
        var isFired = false
        try await withCalico { calico, web, client in
            let name = point.joined(separator: " ")
            isFired = try await take(calico, killedAt: point).log.contains("fired")
            let leases = try await calico.node.ledger.leases()
            #expect(leases.isEmpty || leases.count == 4, "\(name): \(leases)")
            for (one, other) in [(web, client), (client, web)] {
                for address in other.addresses {
                    #expect(try await one.pod.namespace.pings(address), "\(name): \(address)")
                }
            }
            try await calico.take()
            #expect(try await calico.node.audit().findings == [], "\(name)")
            #expect(try await calico.node.ledger.leases().count == 4, "\(name)")
        }
        return isFired
    }

    private func take(_ calico: CalicoNode, killedAt point: [String]) async throws -> (Completion, log: String) {
        let (node, log) = (calico.node, "\(calico.node.folder.path)/log")
        let command = [
            Programs.operatorsTool, "import", "calico", "-", "--data-dir", node.data, "--nodename", node.name,
        ]
        let completion = try await node.namespace.run(
            [Programs.built("tamper"), log] + point + ["--"] + command, input: Array(calico.export().utf8))
        return (completion, String(decoding: try readFile(log), as: UTF8.self))
    }
}
