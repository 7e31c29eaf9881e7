import TestKit
import Testing

/// A node, its model, and what has happened so far.
struct Life {
    private let world: World
    private let number: Int
    private var model = Model()
    private var chooser: Chooser
    private(set) var steps = 0
    private var tally: [String: Int] = [:]
    private var past: [String] = []

    /// How many steps are told when one goes wrong.
    private static let memory = 40

    init(_ node: Node, _ number: Int, sandboxes: Int) async throws {
        world = try await World(node, sandboxes: sandboxes)
        self.number = number
        chooser = try Chooser("model \(number)", sandboxes: sandboxes)
    }

    /// Takes one more step; false, and recorded, when something is not as the model has it.
    mutating func go() async throws -> Bool {
        let step = try chooser.next(model)
        steps += 1
        past = past.suffix(Self.memory) + ["\(steps): \(step)"]
        let event: World.Event
        do { event = try await world.carryOut(step) } catch {
            record(["\(error)"])
            return false
        }
        past[past.count - 1] +=
            " -> \(event.answers.map { "\($0)" }.joined(separator: ", "))"
            + event.remark.replacing("\n", with: " ").prefix(300)
        let leased = Set(event.observation.book.leases.keys)
        let courses = model.courses(of: step, event.answers, within: event.times, leased: leased)
        guard let next = courses.lazy.compactMap({ $0.confirmed(by: event.answers, event.observation) }).first,
            event.observation.breaches.isEmpty
        else {
            record(event.observation.breaches + courses[0].differences(from: event.answers, event.observation))
            return false
        }
        model = next
        count(step, event.answers)
        return true
    }

    private mutating func count(_ step: Step, _ answers: [Answer]) {
        tally[step.kind, default: 0] += 1
        for answer in answers {
            switch answer {
            case .error(let code): tally["error \(code)", default: 0] += 1
            case .exit(let status) where status != 0: tally["status \(status)", default: 0] += 1
            default: break
            }
        }
        if case .killed(let killed, _) = step, answers == [.killed] {
            tally["kills", default: 0] += 1
            chooser.recover(from: killed)
        }
    }

    private func record(_ problems: [String]) {
        let environment = "MARTLET_SEED=\(Seeded.seed) MARTLET_STEPS=\(steps * 3)"
        Issue.record(
            """
            node \(number), step \(steps), seed \(Seeded.seed):
              \(problems.joined(separator: "\n  "))
            the last steps:
              \(past.joined(separator: "\n  "))
            the model before it:
              \(model.book.lines.joined(separator: "\n  "))
            again: \(environment) swift test --filter ModelTests
            """)
    }

    var summary: String {
        "\(steps) steps: " + tally.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    /// One that never meets a full pool or kills nothing shows little.
    func expectVariety() {
        for name in [
            "ADD", "DEL", "CHECK", "GC", "at once", "kills", "reboot", "time jump", "pool deleted", "labels",
            "reservation", "release", "check --fix", "error 3", "error 7", "error 11", "error 102", "error 103",
            "status 1",
        ] {
            #expect(tally[name, default: 0] > 0, "\(name)")
        }
    }
}
