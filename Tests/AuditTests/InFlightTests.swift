import Glibc
import TestKit
import Testing

@Suite("The audit beside an operation that has come half-way")
struct InFlightTests {
    /// Calls at which an operation is stopped: not those within SQLite, which lets nobody read while it recovers a log.
    private static let calls: Set<String> = ["sendto", "recvmsg", "poll", "flock", "fdatasync", "setns"]

    private static let most = 10

    @Test(
        "says nothing while it is at work, and what it has left when it was killed",
        arguments: [Operation.add, .delete])
    func halfWay(_ operation: Operation) async throws {
        try await withNode { node in
            let configuration = node.dualStackConfiguration()
            try await node.add(try await node.pod(), configuration: configuration)
            let points = try await points(operation, on: node, configuration)
            #expect(points.count >= 4, "\(points)")
            var (abandoned, count): (Set<String>, Int) = ([], 0)
            for (number, point) in points.enumerated() {
                let pod = try await pod(named: "held-\(number)", for: operation, on: node, configuration)
                let log = "\(node.folder.path)/log-\(number)"
                async let held = node.call(
                    operation, pod, configuration: configuration,
                    wrapper: [Programs.built("tamper"), log] + point + ["hold", "--"])
                if let pid = try await heldProcess(log) {
                    count += 1
                    #expect(try await node.audit().problems == [], "held at \(point)")
                    kill(pid, SIGKILL)
                }
                _ = try await held
                abandoned.formUnion(try await node.audit().problems.map(\.code))
                #expect(try await node.audit("--fix").problems == [], "killed at \(point)")
                try await node.delete(pod, configuration: configuration)
                #expect(try await node.audit().problems == [], "deleted after \(point)")
            }
            #expect(count * 2 > points.count, "most points have to be reached, or this shows nothing")
            // An ADD leaves a lease without wires, a DEL one without a link, and both are seen when nobody is at work.
            #expect(abandoned.contains("lease-without-link"), "\(abandoned)")
        }
    }

    /// A pod as the operation finds it.
    private func pod(
        named name: String, for operation: Operation, on node: Node, _ configuration: Value
    ) async throws -> Pod {
        let pod = try await node.pod(id: name)
        if operation == .delete { try await node.add(pod, configuration: configuration) }
        return pod
    }

    /// The calls that the operation itself makes when nobody stops it, as `tamper` names them.
    private func points(
        _ operation: Operation, on node: Node, _ configuration: Value
    ) async throws -> [[String]] {
        let pod = try await pod(named: "watched", for: operation, on: node, configuration)
        let log = "\(node.folder.path)/log"
        let completion = try await node.call(
            operation, pod, configuration: configuration, wrapper: [Programs.built("tamper"), log, "--"])
        guard completion.succeeded else { throw Failure("\(operation) alone: \(completion.text)") }
        if operation == .add { try await node.delete(pod, configuration: configuration) }
        var counts: [String: Int] = [:]
        var points: [[String]] = []
        for line in String(decoding: try readFile(log), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 2, words[0] == "0", Self.calls.contains(words[1]) else { continue }
            let count = counts[words[1], default: 0] + 1
            counts[words[1]] = count
            // On a busy machine it asks a hundred times whether an address is ready: the next run may ask but once.
            if count <= Self.most { points.append(["0", words[1], String(count)]) }
        }
        return points
    }

    /// Nil when it has come to its end: how often it asks whether a link is ready is not always the same.
    private func heldProcess(_ log: String) async throws -> Int32? {
        var pid: Int32?
        _ = try await eventually(within: .seconds(20)) {
            let lines = access(log, F_OK) == 0 ? String(decoding: try readFile(log), as: UTF8.self) : ""
            pid = lines.split(separator: "\n").first { $0.hasPrefix("fired ") }.flatMap { Int32($0.dropFirst(6)) }
            return pid != nil || lines.contains("0 exit_group\n")
        }
        return pid
    }
}
