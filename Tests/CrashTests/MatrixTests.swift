import TestKit
import Testing

/// ADD, DEL and GC killed, and failing, at every system call in turn.
///
/// A seeded sample unless MARTLET_ALL is set. MARTLET_POINT=DEL/warm/0/sendto/2/ENOMEM tries that point alone.
@Suite("Killed and failing at every system call", .serialized)
struct MatrixTests {
    /// Points of a sample, for each operation.
    private static let sample = 210

    private static let isComplete = variable("MARTLET_ALL") != nil
    private static let single = variable("MARTLET_POINT")

    @Test(
        "DEL succeeds, nothing is left, and the next pod works, wherever the operation was hit",
        arguments: [Operation.add, .delete, .collect])
    func everyCall(_ operation: Operation) async throws {
        var (tally, all) = (Tally(), 0)
        let scenarios = Scenario.all.filter { $0.operation == operation }
        let start = ContinuousClock.now
        for scenario in scenarios {
            let survey = Survey(scenario: scenario)
            let points = try await survey.baseline().points(scenario)
            let chosen = try choose(points, scenario, share: Self.sample / scenarios.count)
            guard !chosen.isEmpty else { continue }
            let part = try await survey.run(chosen)
            say(summary(scenario.description, part, of: points.count, scenario))
            tally = tally + part
            all += points.count
        }
        let seconds = (ContinuousClock.now - start).components.seconds
        say(summary("\(operation.rawValue) in \(seconds) s", tally, of: all, scenarios[0]))
        #expect(tally.failed == 0)
        #expect(tally.fired * 10 >= tally.tried * 9, "most points have to fire, or this shows nothing")
    }

    @Test(
        "DEL has a child of its own, and the first ADD with natOutgoing runs nft",
        arguments: [(Operation.add, 2), (.delete, 2), (.collect, 1)])
    func processes(_ operation: Operation, _ count: Int) async throws {
        let trace = try await Survey(scenario: Scenario(operation: operation, ledger: .cold)).baseline()
        #expect(trace.calls.count == count)
    }

    private func choose(_ points: [Point], _ scenario: Scenario, share: Int) throws -> [Point] {
        if let single = Self.single {
            let point = try Point(parsing: single)
            return point.scenario == scenario ? [point] : []
        }
        if Self.isComplete { return points }
        var random = Seeded("\(scenario)")
        return Array(points.shuffled(using: &random).prefix(share))
    }

    private func summary(_ title: String, _ tally: Tally, of count: Int, _ scenario: Scenario) -> String {
        let processes = tally.firedIn.sorted { $0.key < $1.key }.map {
            "\($0.value) in \(scenario.name(ofProcess: $0.key))"
        }
        let silent = tally.silent.count
        let names = tally.silent.prefix(5).map(\.description).joined(separator: " ")
        return "\(title): \(tally.tried) of \(count) points, \(tally.fired) fired"
            + (processes.isEmpty ? "" : " (\(processes.joined(separator: ", ")))")
            + ", \(silent) did not fire\(silent > 0 ? ": " + names : ""), \(tally.failed) failed; seed \(Seeded.seed)"
    }
}
