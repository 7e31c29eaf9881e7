import AgentSocket
import Audit
import Metrics
import Synchronization
import System

/// What parts of the agent and the plugin have told since the agent started, counted.
final class Tally: Sendable {
    /// All of it at one moment.
    struct Counts: Sendable {
        /// Of operations that succeeded.
        var durations: [String: Histogram] = [:]
        /// By operation and code.
        var operations: [Outcome: Int] = [:]
        var findings: [Finding.Code: Int] = [:]
        var repairs: [Finding.Code: Int] = [:]
        /// Seconds since 1970; nil before the first.
        var lastLook: Int?
        var lastAgreement: Int?
        fileprivate var made = 0
        fileprivate var ended = 0
    }

    struct Outcome: Hashable, Sendable {
        let operation: String
        let code: String
    }

    /// From half a millisecond, which no ADD is below, to the patience of runtimes.
    private static let bounds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]
    /// Whatever a report may say, pages stay small.
    private static let knownOperations: Set<String> = ["ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION"]
    private static let knownCodes = 0...199

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    /// Takes in how an operation of the plugin went.
    func note(_ report: OperationReport) {
        let operation = Self.knownOperations.contains(report.operation) ? report.operation : "other"
        let code = Self.knownCodes.contains(report.code) ? String(report.code) : "other"
        state.withLock { state in
            state.operations[Outcome(operation: operation, code: code), default: 0] += 1
            guard report.code == 0 else { return }
            state.durations[operation, default: Histogram(Self.bounds)].observe(Double(report.microseconds) / 1_000_000)
        }
    }

    /// Takes in what a look at ledger and kernel has left, and what was repaired.
    func noteLook(findings: [Finding.Code: Int], repairs: [Finding.Code: Int]) {
        let now = wallClockSeconds()
        state.withLock { state in
            state.findings = findings
            state.repairs.merge(repairs, uniquingKeysWith: +)
            state.lastLook = now
        }
    }

    /// Takes in that the cluster has agreed on something else.
    func noteAgreement() {
        let now = wallClockSeconds()
        state.withLock { $0.lastAgreement = now }
    }

    /// How many leases were made, from those that last and those that have ended.
    ///
    /// An address that was set aside at once was nobody's and is not among the ended: the sum can fall by one, which
    /// Prometheus would take for a new beginning. It is only one where the number of the ended falls, too.
    func made(lasting: Int, ended: Int) -> Int {
        state.withLock { state in
            state.made = ended < state.ended ? lasting + ended : max(state.made, lasting + ended)
            state.ended = ended
            return state.made
        }
    }
}
