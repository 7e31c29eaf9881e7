import Foundation
import TestKit
import Testing

/// A node's life by chance: pods, accidents, operators, time. After every step ledger, kernel and answer are compared
/// with a model.
///
/// For two minutes, or with MARTLET_ALL for 100,000 steps, on several nodes at once. MARTLET_STEPS=N says how many steps
/// in all; MARTLET_SEED=N repeats the choice of steps.
@Suite("Random operations against a simple model")
struct ModelTests {
    private static let nodes = 3
    private static let sandboxes = 20

    /// How much a node does.
    private struct Budget {
        var steps = Int.max
        var time = Duration.seconds(120)

        init() {
            let environment = ProcessInfo.processInfo.environment
            let steps =
                environment["MARTLET_STEPS"].flatMap { Int($0) } ?? (environment["MARTLET_ALL"] == nil ? nil : 100_000)
            guard let steps else { return }
            (self.steps, time) = ((steps + ModelTests.nodes - 1) / ModelTests.nodes, .seconds(86_400))
        }
    }

    @Test("ledger, kernel and answers are after each as the rules say", arguments: 0..<nodes)
    func life(_ number: Int) async throws {
        try await withNode([.ipv6, .ownMounts]) { node in
            var life = try await Life(node, number, sandboxes: Self.sandboxes)
            let (budget, start) = (Budget(), ContinuousClock.now)
            while life.steps < budget.steps, ContinuousClock.now - start < budget.time {
                guard try await life.go() else { return }
            }
            let seconds = (ContinuousClock.now - start).components.seconds
            print("node \(number): \(life.summary) in \(seconds) s; seed \(Seeded.seed)")
            if life.steps > 2_000 { life.expectVariety() }
        }
    }
}
