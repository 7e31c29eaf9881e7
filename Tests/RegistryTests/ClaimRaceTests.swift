import Addressing
import IPAM
import Registry
import TestKit
import Testing

/// Many nodes that want a block at the same moment.
@Suite("claims at once", .timeLimit(.minutes(2)))
struct ClaimRaceTests {
    private let pool: Pool

    init() throws { pool = Pool(name: "pods", cidr: try Prefix(parsing: "10.244.0.0/20")) }

    /// 100 nodes, 64 blocks.
    private func race(_ registries: [any Registry]) async throws -> (won: [BlockRecord], refused: [NoBlock]) {
        let pool = pool
        return try await withThrowingTaskGroup { group in
            for number in 0..<100 {
                let registry = registries[number % registries.count]
                group.addTask {
                    var claim = RegistryClaim(of: pool, for: "node\(number)", now: 1)
                    return try await claim.run(at: registry, attempts: 100, firstPause: .microseconds(1))
                }
            }
            var (won, refused): ([BlockRecord], [NoBlock]) = ([], [])
            for try await outcome in group {
                switch outcome {
                case .won(let record, _): won.append(record)
                case .nothingFree(let reason): refused.append(reason)
                }
            }
            return (won, refused)
        }
    }

    private func expectAll(
        _ won: [BlockRecord], _ refused: [NoBlock], in registry: any Registry
    ) async throws {
        let kept = try await registry.list(.block, from: nil, limit: nil).objects.map { try BlockRecord($0) }
        // What the registry says is what the nodes believe; so no block is two nodes', and none is lost.
        #expect(won.sorted { $0.cidr < $1.cidr } == kept)
        #expect(kept.count == 64)
        #expect(refused == Array(repeating: .full(pool: "pods", blocks: 64), count: 36))
    }

    @Test(
        "100 nodes want one of 64 blocks: each block becomes one node's, and 36 nodes are told",
        arguments: Store.allCases)
    func many(_ store: Store) async throws {
        try await store.open { opened in
            let (won, refused) = try await race([opened.registry, try opened.another()])
            try await expectAll(won, refused, in: opened.registry)
        }
    }

    @Test("the same where every third answer gets lost", arguments: Store.allCases)
    func lossy(_ store: Store) async throws {
        try await store.open { opened in
            let (won, refused) = try await race([LossyRegistry(opened.registry), LossyRegistry(try opened.another())])
            try await expectAll(won, refused, in: opened.registry)
        }
    }

    @Test("the same with processes of their own, which make the file at the same moment")
    func processes() async throws {
        let folder = try Folder()
        let file = "\(folder.path)/registry.db"
        let claimed = try await withThrowingTaskGroup { group in
            for number in 0..<4 {
                group.addTask {
                    let probe = try await execute(
                        [Programs.built("RegistryProbe"), file, "10.244.0.0/20", "node\(number)", "20"])
                    #expect(probe.succeeded, "\(probe.errorText)")
                    return probe.text.split(separator: "\n").map(String.init)
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claimed.count == 64)
        #expect(Set(claimed).count == 64)
        #expect(try await SQLiteRegistry(file).names(.block).count == 64)
        #expect(entries(of: folder.path).allSatisfy { $0.hasPrefix("registry.db") && !$0.contains("db.") })
    }

    @Test("giving back and orphaning come to the same whether answers get lost or not", arguments: Store.allCases)
    func givingBack(_ store: Store) async throws {
        try await store.open { opened in
            let (won, _) = try await race([opened.registry])
            let lossy = LossyRegistry(opened.registry)
            for record in won.prefix(20) { #expect(try await lossy.release(record.cidr, of: record.owner)) }
            for record in won[20..<40] { #expect(try await lossy.orphan(record.cidr, of: record.owner, until: 9)) }
            for record in won[40..<50] { #expect(try await !lossy.release(record.cidr, of: "another")) }
            let kept = try await opened.registry.list(.block, from: nil, limit: nil).objects.map { try BlockRecord($0) }
            #expect(Set(kept.filter { $0.state == .orphaned }.map(\.cidr)) == Set(won[20..<40].map(\.cidr)))
            #expect(Set(kept.filter { $0.state == .owned }.map(\.cidr)) == Set(won[40...].map(\.cidr)))
        }
    }
}
