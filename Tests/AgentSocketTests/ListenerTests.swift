import Addressing
import AgentListener
import AgentSocket
import Foundation
import Glibc
import JSON
import TestKit
import Testing

/// Answers every question in a folder with what `reply` makes of it, while `body` runs.
private func serving(
    _ folder: Folder, _ reply: @escaping @Sendable (AgentRequest) -> AgentReply, _ body: () async throws -> Void
) async throws {
    let listener = try AgentListener(folder: folder.path)
    let serving = Task { for await call in listener.calls { call.answer(reply(call.request)) } }
    do { try await body() } catch {
        listener.end()
        throw error
    }
    listener.end()
    await serving.value
}

/// Asks on a thread that may block, as the plugin does.
private func ask(_ request: AgentRequest, in folder: Folder) async throws -> AgentReply {
    try await onOwnThread { try AgentSocket.ask(request, in: folder.path) }
}

/// What a stranger hears who says some bytes; socat waits for as many seconds after its own end.
private func say(_ text: String, to folder: Folder, wait seconds: Int = 2) async throws -> String {
    let completion = try await execute(
        ["/usr/bin/socat", "-t", String(seconds), "-", "UNIX-CONNECT:\(folder.path)/agent.sock"],
        input: Array(text.utf8))
    return completion.text
}

/// Why nobody else can listen in a folder; nil where one can.
private func refusal(in folder: Folder) -> AgentListener.Refusal? {
    do throws(AgentListener.Refusal) {
        try AgentListener(folder: folder.path).end()
        return nil
    } catch { return error }
}

private let well: @Sendable (AgentRequest) -> AgentReply = { _ in .alarms([]) }
private let wish = BlockWish(.ipv6, pools: ["a", "b"], address: nil, isRouted: false)

@Suite("The agent's sockets")
struct ListenerTests {
    @Test("a question comes as it was asked, and so does the answer")
    func exchange() async throws {
        let folder = try Folder()
        let blocks = [try Prefix(parsing: "10.1.0.0/26"), try Prefix(parsing: "fd00::/122")]
        try await serving(folder) { request in
            switch request {
            case .readiness: .alarms(["bird: it does not run"])
            case .block(wish): .granted(blocks)
            case .block(let other): .refused("\(other.address?.description ?? "-") of \(other.pools)")
            }
        } _: {
            #expect(try await ask(.readiness, in: folder) == .alarms(["bird: it does not run"]))
            #expect(try await ask(.block(wish), in: folder) == .granted(blocks))
            let certain = BlockWish(.ipv4, pools: ["a"], address: try IPAddress(parsing: "10.1.0.9"), isRouted: true)
            #expect(try await ask(.block(certain), in: folder) == .refused("10.1.0.9 of [\"a\"]"))
        }
    }

    @Test("many ask at once, and each hears its own answer")
    func crowd() async throws {
        let folder = try Folder()
        try await serving(folder) { request in
            guard case .block(let wish) = request else { return .alarms([]) }
            return .refused(wish.pools[0])
        } _: {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        let wish = BlockWish(.ipv4, pools: ["\(number)"], address: nil, isRouted: true)
                        return try await ask(.block(wish), in: folder) == .refused("\(number)")
                    }
                }
                for try await isOwn in group { #expect(isOwn) }
            }
        }
    }

    @Test("the sockets are root's alone, and go with the listener")
    func files() async throws {
        let folder = try Folder()
        try await serving(folder, well) {
            #expect(fileMode("\(folder.path)/agent.sock") == 0o600)
            #expect(fileMode("\(folder.path)/operations.sock") == 0o600)
        }
        #expect(try await eventually { entries(of: folder.path) == ["agent.lock"] })
    }

    @Test("what an agent has left is replaced, and one that listens is not")
    func succession() async throws {
        let folder = try Folder()
        for name in ["agent.sock", "operations.sock"] { try writeFile("\(folder.path)/\(name)", "stale") }
        try await serving(folder, well) {
            #expect(refusal(in: folder) == .isServed(folder: folder.path))
            let reply = try await ask(.readiness, in: folder)
            #expect(reply == .alarms([]))
        }
        #expect(try await eventually { refusal(in: folder) == nil })
    }

    @Test("what is no question is told so", arguments: ["nonsense\n", "{\"want\":\"tea\"}\n", "[]\n"])
    func nonsense(line: String) async throws {
        let folder = try Folder()
        try await serving(folder, well) {
            let heard = try await say(line, to: folder)
            #expect(heard.hasPrefix("{\"refused\":\"the question cannot be read: "))
        }
    }

    @Test("a line that is too long is refused")
    func flood() async throws {
        let folder = try Folder()
        try await serving(folder, well) {
            let heard = try await say(String(repeating: "x", count: 65_600), to: folder)
            #expect(heard == "{\"refused\":\"the line is longer than 65536 bytes\"}\n")
        }
    }

    @Test("who says nothing is hung up on after 5 s, and keeps nobody waiting")
    func idle() async throws {
        let folder = try Folder()
        try await serving(folder, well) {
            let start = ContinuousClock.now
            async let idler = execute(
                ["/usr/bin/socat", "-u", "UNIX-CONNECT:\(folder.path)/agent.sock", "-"], input: [])
            try await Task.sleep(for: .milliseconds(200))
            #expect(try await ask(.readiness, in: folder) == .alarms([]))
            let answered = ContinuousClock.now - start
            let idle = try await idler
            #expect(idle.succeeded)
            #expect(idle.duration > .seconds(4) && answered < idle.duration, "answered after \(answered)")
        }
    }

    @Test("reports of operations come in order")
    func reports() async throws {
        let folder = try Folder()
        let listener = try AgentListener(folder: folder.path)
        let reports = [
            OperationReport(operation: "ADD", code: 0, microseconds: 2450),
            OperationReport(operation: "DEL", code: 11, microseconds: 7),
        ]
        for report in reports { report.send(to: folder.path) }
        var heard: [OperationReport] = []
        for await report in listener.operations {
            heard.append(report)
            if heard.count == reports.count { break }
        }
        #expect(heard == reports)
        listener.end()
    }
}

@Suite("The plugin's side of the agent's socket")
struct AskingTests {
    @Test("a report that nobody hears is no failure")
    func unheard() throws {
        OperationReport(operation: "ADD", code: 0, microseconds: 1).send(to: try Folder().path)
    }

    @Test("why there is no answer is said with the path")
    func unanswered() async throws {
        let folder = try Folder()
        let path = "\(folder.path)/agent.sock"
        func reason() async -> String {
            do {
                _ = try await ask(.readiness, in: folder)
                return "an answer"
            } catch { return "\(error)" }
        }
        #expect(
            await reason() == "the agent does not answer at \(path) (No such file or directory); is martletd running?")
        let listener = try AgentListener(folder: folder.path)
        let hangingUp = Task { for await _ in listener.calls {} }
        #expect(await reason() == "the agent does not answer at \(path) (it hung up); is martletd running?")
        listener.end()
        await hangingUp.value
    }
}
