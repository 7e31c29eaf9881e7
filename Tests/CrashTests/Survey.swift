import Glibc
import Synchronization
import TestKit
import Testing

/// What came of many points.
struct Tally: Sendable {
    var tried = 0
    var fired = 0
    var failed = 0
    var silent: [Point] = []
    /// How many fired in each process.
    var firedIn: [Int: Int] = [:]

    static func + (one: Tally, two: Tally) -> Tally {
        Tally(
            tried: one.tried + two.tried, fired: one.fired + two.fired, failed: one.failed + two.failed,
            silent: one.silent + two.silent, firedIn: one.firedIn.merging(two.firedIn, uniquingKeysWith: +))
    }
}

/// Points to be tried, and what came of those that were.
private final class Work: Sendable {
    private let points: Mutex<ArraySlice<Point>>
    private let sum = Mutex(Tally())
    private let count: Int
    private let start = ContinuousClock.now

    init(_ points: [Point]) {
        self.points = Mutex(points[...])
        count = points.count
    }

    var isLeft: Bool { points.withLock { !$0.isEmpty } }
    var tally: Tally { sum.withLock { $0 } }

    func next() -> Point? { points.withLock { $0.popFirst() } }

    /// Adds what came of a point, and says now and then how far it is.
    func add(_ tally: Tally, _ scenario: Scenario) {
        let sum = sum.withLock { sum in
            sum = sum + tally
            return sum
        }
        guard sum.tried % 500 == 0 else { return }
        let seconds = (ContinuousClock.now - start).components.seconds
        say("\(scenario): \(sum.tried) of \(count) points after \(seconds) s, \(sum.failed) failed")
    }
}

/// Tries the points of one scenario, several nodes side by side.
struct Survey: Sendable {
    let scenario: Scenario
    /// How many nodes there are at once: MARTLET_LANES, else 3.
    private static let lanes = variable("MARTLET_LANES").flatMap { Int($0) } ?? 3

    /// The calls that the operation makes when it succeeds.
    func baseline() async throws -> Trace {
        var trace: Trace?
        try await withNode { node in
            let lane = try await Lane.make(scenario, on: node)
            let pod = try await lane.prepare()
            let (completion, watched) = try await lane.run(pod, nil)
            guard completion.succeeded else { throw Failure("\(scenario) alone: \(completion.text)") }
            let problems = try await Aftermath.problems(on: lane, of: pod, completion, killed: false)
            guard problems.isEmpty else { throw Failure("\(scenario) alone: \(problems)") }
            trace = watched
        }
        guard let trace else { throw Failure("no trace") }
        return trace
    }

    /// Tries all the points and records each that fails.
    func run(_ points: [Point]) async throws -> Tally {
        let work = Work(points)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(Self.lanes, points.count) {
                group.addTask { try await walk(work) }
            }
            try await group.waitForAll()
        }
        return work.tally
    }

    /// One lane's part. A node on which a point failed is not to be trusted any more; the next point gets a new one.
    private func walk(_ work: Work) async throws {
        while work.isLeft {
            try await withNode { node in
                let lane = try await Lane.make(scenario, on: node)
                while let point = work.next() {
                    let tally = try await self.try(point, on: lane)
                    work.add(tally, scenario)
                    if tally.failed > 0 { break }
                }
            }
        }
    }

    private func `try`(_ point: Point, on lane: Lane) async throws -> Tally {
        var tally = Tally(tried: 1)
        do {
            let pod = try await lane.prepare()
            let (completion, trace) = try await lane.run(pod, point)
            if let process = trace.firedIn {
                tally.fired = 1
                tally.firedIn = [process: 1]
            } else {
                tally.silent = [point]
            }
            let isKilled = trace.firedIn == 0 && point.fault == .kill
            let problems = try await Aftermath.problems(on: lane, of: pod, completion, killed: isKilled)
            if problems.isEmpty { return tally }
            report(point, problems.joined(separator: "\n  "), completion)
        } catch {
            report(point, "\(error)", nil)
        }
        tally.failed = 1
        return tally
    }

    private func report(_ point: Point, _ problems: String, _ completion: Completion?) {
        let answer = completion.map { "\n  it answered: \($0.status) \($0.text)\($0.errorText)" } ?? ""
        Issue.record(
            """
            \(point):
              \(problems)\(answer)
              again: MARTLET_SEED=\(Seeded.seed) MARTLET_POINT=\(point) swift test --filter CrashTests.MatrixTests
            """)
    }
}

/// An environment variable, nil when it is empty or not set.
func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
}

/// Prints a line at once, so that a reader sees how far the tests are.
func say(_ text: String) {
    print(text)
    fflush(nil)
}
