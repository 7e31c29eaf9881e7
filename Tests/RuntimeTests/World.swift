import Foundation
import TestKit
import Testing

/// A machine of its own for a container runtime, held by the script of that name beside this file.
///
/// The script ends the world when its standard input does, and the kernel closes that when the test process dies.
struct World: Sendable {
    /// What is started in the world.
    enum Runtime: String {
        case containerd, podman
    }

    /// The holder's process ID, by which the script finds the world again.
    private let pid: String

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/World"

    /// The node's own address; it has 2001:db8::10, too.
    static let nodeAddress = "192.0.2.10"

    /// Runs `body` in a new world that has one network, and takes the world down before it returns.
    ///
    /// Only a few worlds and nodes exist at once; the others wait here.
    /// When `body` throws, what the world has to tell is printed: the plugin's log and calls.
    static func with(
        _ runtime: Runtime, _ network: Value, _ body: (World) async throws -> Void
    ) async throws {
        await Gate.nodes.enter()
        defer { Gate.nodes.leave() }
        let holder = try Holder(
            ["\(folder)/world", "hold", runtime.rawValue, network.text],
            environment: defaultEnvironment.merging(["MARTLET_BIN": Programs.folder]) { $1 })
        do {
            let world = World(pid: try await holder.readiness())
            do {
                try await body(world)
            } catch {
                print(try await world.run("tail", "-n", "50", "/run/martlet.log", "/run/cni-calls").text)
                throw error
            }
        } catch {
            try await holder.end()
            throw error
        }
        try await holder.end()
    }

    /// Where the runtime is to put its control groups.
    var group: String { "/martlet-world-\(pid)" }

    /// The only image there is: Debian's busybox, which sleeps when it is told nothing else.
    static let image = "martlet.test/busybox:1"

    /// Runs a command in the world, with Debian's search path.
    func run(_ command: String..., input: String = "") async throws -> Completion {
        try await run(command, input: input)
    }

    /// Runs a command in the world, with Debian's search path.
    func run(_ command: [String], input: String = "") async throws -> Completion {
        try await execute(["\(World.folder)/world", "exec", pid] + command, input: Array(input.utf8))
    }

    /// Runs a command in the world that must succeed, and gives what it wrote without the last newline.
    @discardableResult
    func must(_ command: String..., input: String = "") async throws -> String {
        try await must(command, input: input)
    }

    /// Runs a command in the world that must succeed, and gives what it wrote without the last newline.
    func must(_ command: [String], input: String = "") async throws -> String {
        try await run(command, input: input).answer(to: "\(command)")
    }

    /// Repeats an observation for up to ten seconds until it holds.
    func eventually(_ what: String, _ holds: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await !holds() {
            guard ContinuousClock.now < deadline else { throw Failure("not within ten seconds: \(what)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
