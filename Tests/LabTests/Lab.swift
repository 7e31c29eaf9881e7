import Foundation
import TestKit
import Testing

/// A cluster made by `Scripts/lab`, in a world of its own that goes with the test, however that ends.
struct Lab: Sendable {
    /// The world's first process, as seen from here.
    private let pid: String

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    static let script = "\(root)/Scripts/lab"
    /// Where the script keeps everything, in the world.
    static let folder = "/run/lab"

    /// The names of the first three nodes.
    static let nodes = ["master", "node1", "node2"]

    /// Runs `body` on a lab that `Scripts/lab up` with these words makes; when it throws, the agents' logs are printed.
    static func with(_ words: String..., body: (Lab) async throws -> Void) async throws {
        await Gate.nodes.enter()
        defer { Gate.nodes.leave() }
        let holder = try Holder(
            ["\(root)/Tests/LabTests/World/hold"], environment: defaultEnvironment)
        let lab = Lab(pid: try await holder.readiness())
        do {
            try await lab(["up"] + words)
            try await body(lab)
        } catch {
            print(try await lab.run(["/bin/sh", "-c", "tail -n 40 \(folder)/nodes/*/martletd.*"]).text)
            throw error
        }
        // What still runs is killed with the world, which is no failure.
        do { try await holder.end() } catch {}
    }

    /// Runs any program in the world.
    func run(_ command: [String], timeout: Duration = .seconds(90)) async throws -> Completion {
        try await execute(
            ["/usr/bin/nsenter", "--target", pid, "--mount", "--net", "--pid", "--"] + command,
            environment: defaultEnvironment.merging([
                "MARTLET_LAB": Self.folder, "MARTLET_BIN": Programs.folder, "MARTLET_TOOL": Programs.toolFolder,
            ]) { $1 }, timeout: timeout)
    }

    /// Runs `Scripts/lab`, which must succeed, and gives what it wrote without the last line's end.
    @discardableResult
    func callAsFunction(_ words: String...) async throws -> String { try await self(words) }

    @discardableResult
    private func callAsFunction(_ words: [String]) async throws -> String {
        try await run([Self.script] + words).answer(to: "lab \(words)")
    }

    /// Runs a command on a node or in a pod, which must succeed.
    @discardableResult
    func on(_ place: String, _ command: String...) async throws -> String { try await self(["exec", place] + command) }

    /// The lines of a command's output on a node.
    func lines(_ place: String, _ command: String...) async throws -> [String] {
        try await self(["exec", place] + command).split(separator: "\n").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    /// Starts a pod and gives its addresses, without prefix lengths.
    func start(_ pod: String, on node: String) async throws -> [String] {
        try await self("pod", "add", node, pod).split(separator: "\n").map { String($0.prefix { $0 != "/" }) }
    }

    /// Whether one ping of a pod is answered within two seconds.
    func pings(_ pod: String, _ address: String) async throws -> Bool {
        try await run([Self.script, "exec", pod, "ping", "-c", "1", "-W", "2", address]).succeeded
    }

    /// Sends a ping every 10 ms while `body` runs, and gives how many were lost.
    func losses(from pod: String, to address: String, during body: () async throws -> Void) async throws -> Int {
        let file = "/run/ping.\(pod)"
        try await must(
            "setsid --fork \(Self.script) exec \(pod) sh -c "
                + "'echo $$ >\(file).pid; exec ping -i 0.01 -n \(address)' >\(file) 2>&1")
        try await Task.sleep(for: .milliseconds(300))
        try await body()
        try await must("kill -INT $(cat \(file).pid); sleep 0.3")
        let summary = try await must("grep transmitted \(file)")
        let numbers = summary.split { !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count >= 2, numbers[0] > 10 else { throw Failure("no pings: \(summary)") }
        return numbers[0] - numbers[1]
    }

    /// Runs a line of shell in the world.
    @discardableResult
    func must(_ line: String) async throws -> String {
        try await run(["/bin/sh", "-c", line]).answer(to: line)
    }
}
