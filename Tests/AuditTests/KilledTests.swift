import Glibc
import Synchronization
import TestKit
import Testing

/// `--fix` killed at its system calls: a seeded sample unless MARTLET_ALL is set. MARTLET_KILL=0/sendto/7 tries that
/// one alone.
@Suite("--fix killed at a system call")
struct KilledTests {
    /// A system call: of which process, 0 being martletctl itself, its name, and which of that name.
    struct Point: Hashable, Sendable, CustomStringConvertible {
        let process: Int
        let call: String
        let k: Int

        var description: String { "\(process)/\(call)/\(k)" }
    }

    private static let sample = 40
    /// How many nodes there are at once.
    private static let lanes = 3
    /// Calls that change something, or hold a lock while it is changed: half of a sample.
    private static let weighty: Set<String> = [
        "sendto", "sendmsg", "pwrite64", "write", "fdatasync", "ftruncate", "flock", "fcntl", "setns", "unlink",
    ]

    @Test("leaves nothing worse, and another --fix brings a clean check")
    func everyCall() async throws {
        let points = try await points()
        let (wanted, chosen) = choose(points)
        let work = Work(chosen, until: wanted)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.lanes {
                group.addTask { while let point = work.next() { work.add(try await spoil(point)) } }
            }
            try await group.waitForAll()
        }
        let (tried, fired) = work.tally
        print("--fix: \(tried) of \(points.count) calls, \(fired) fired; seed \(Seeded.seed)")
        #expect(fired * 10 >= wanted * 9, "most points have to fire, or this shows nothing")
    }

    /// Points to be tried until so many have fired: how often martletctl looks again, and how many namespaces it searches,
    /// depends on what else the machine does, so that the last calls of a kind may not be made.
    private final class Work: Sendable {
        private let state: Mutex<(ahead: ArraySlice<Point>, tried: Int, fired: Int)>
        private let wanted: Int

        init(_ points: [Point], until wanted: Int) {
            state = Mutex((points[...], 0, 0))
            self.wanted = wanted
        }

        var tally: (tried: Int, fired: Int) { state.withLock { ($0.tried, $0.fired) } }

        func next() -> Point? { state.withLock { $0.fired < wanted ? $0.ahead.popFirst() : nil } }

        func add(_ isFired: Bool) {
            state.withLock {
                $0.tried += 1
                if isFired { $0.fired += 1 }
            }
        }
    }

    /// The calls that it makes when nobody kills it, but for those of the loader.
    private func points() async throws -> [Point] {
        var points: [Point] = []
        try await withNode { node in
            let ward = try await Ward.make(on: node)
            let (completion, log) = try await repair(ward, nil)
            #expect(completion.succeeded, "\(completion.text)\(completion.errorText)")
            try await expectNoWorse(ward, "unharmed")
            var counts: [Point: Int] = [:]
            var isLoaded = false
            for line in log.split(separator: "\n") {
                let words = line.split(separator: " ").map(String.init)
                guard words.count == 2, let process = Int(words[0]) else { continue }
                let kind = Point(process: process, call: words[1], k: 0)
                counts[kind, default: 0] += 1
                // The first thing that main does is to ignore a signal.
                isLoaded = isLoaded || words[1] == "rt_sigaction"
                if isLoaded { points.append(Point(process: process, call: words[1], k: counts[kind] ?? 1)) }
            }
        }
        return points
    }

    /// The points in the order in which they are tried, and how many are to fire.
    private func choose(_ points: [Point]) -> (wanted: Int, [Point]) {
        if let single = getenv("MARTLET_KILL").map({ String(cString: $0) }) {
            let chosen = points.filter { $0.description == single }
            return (chosen.count, chosen)
        }
        if getenv("MARTLET_ALL") != nil { return (points.count, points) }
        var random = Seeded("killed")
        let shuffled = points.shuffled(using: &random)
        let heavy = shuffled.filter { Self.weighty.contains($0.call) }
        // By turns, and no more than may be tried within the time.
        let mixed = zip(heavy, shuffled).flatMap { [$0, $1] }
        return (Self.sample, Array(mixed.prefix(2 * Self.sample)))
    }

    /// Whether the process was killed there.
    private func spoil(_ point: Point) async throws -> Bool {
        var isFired = false
        try await withNode { node in
            let ward = try await Ward.make(on: node)
            let (_, log) = try await repair(ward, point)
            isFired = log.contains("fired")
            try await expectNoWorse(ward, point.description)
            try await expectHealing(ward, point.description)
        }
        return isFired
    }

    private func repair(_ ward: Ward, _ point: Point?) async throws -> (Completion, log: String) {
        let log = "\(ward.node.folder.path)/log"
        let fault = point.map { [String($0.process), $0.call, String($0.k), "kill"] } ?? []
        let command = [Programs.operatorsTool, "ipam", "check", "--fix"] + ward.node.auditWords
        let completion = try await ward.node.namespace.run([Programs.built("tamper"), log] + fault + ["--"] + command)
        return (completion, String(decoding: try readFile(log), as: UTF8.self))
    }

    /// Who had leases and lives has them; no address is held twice, or waits for others while somebody has it.
    private func expectNoWorse(_ ward: Ward, _ point: String) async throws {
        let ledger = ward.node.ledger
        #expect(try await ledger.damage() == [], "\(point)")
        let leases = try await ledger.leases()
        #expect(Set(leases.map(\.address)).count == leases.count, "\(point)")
        for resident in ward.leased {
            let own = Set(leases.filter { $0.container == resident.pod.id }.map(\.address))
            #expect(own == (try resident.addresses()), "\(point): \(resident.pod.id)")
        }
        for resident in ward.living {
            let addresses = try resident.addresses()
            let others = leases.filter { addresses.contains($0.address) && $0.container != resident.pod.id }
            #expect(others.allSatisfy { $0.container == Ward.ghost }, "\(point): \(others)")
        }
        let waiting = try await ledger.rows("SELECT address FROM freed").compactMap { $0["address"].string }
        let inUse = Set(try ward.living.flatMap { try $0.addresses() }).subtracting([
            try ward.queued.result.resultAddress()
        ])
        #expect(inUse.isDisjoint(with: waiting), "\(point)")
        for resident in ward.wired {
            #expect(
                try await ward.node.namespace.pings(resident.result.resultAddress()), "\(point): \(resident.pod.id)")
        }
    }

    private func expectHealing(_ ward: Ward, _ point: String) async throws {
        let fixed = try await ward.node.audit("--fix")
        #expect(fixed.problems == [], "\(point)")
        let leases = try await ward.node.ledger.leases()
        #expect(Set(leases.map(\.address)) == Set(try ward.living.flatMap { try $0.addresses() }), "\(point)")
        for resident in ward.living {
            #expect(
                try await ward.node.namespace.pings(resident.result.resultAddress()), "\(point): \(resident.pod.id)")
            #expect(try await ward.node.namespace.pings(resident.result.resultAddress(ipv6: true)), "\(point)")
        }
        let next = try await ward.node.pod(id: "next")
        let result = try await ward.node.add(next, configuration: ward.configuration)
        #expect(try await ward.node.namespace.pings(result.resultAddress()), "\(point)")
    }
}
