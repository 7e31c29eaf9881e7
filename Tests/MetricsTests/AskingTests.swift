import Glibc
import TestKit
import Testing

@Suite("Asking the agent over HTTP")
struct AskingTests {
    @Test("metrics are in the format's own media type, at the socket and at a port of loopback")
    func places() async throws {
        for (place, url) in [
            ("127.0.0.1:9467", "http://127.0.0.1:9467/metrics"), ("[::1]:9467", "http://[::1]:9467/metrics?name=x"),
        ] {
            try await withNode { node in
                let monitored = try await MonitoredNode.start(on: node, ["metrics": .string(place)])
                var answer = (status: 0, text: "")
                #expect(
                    try await eventually(within: .seconds(20)) {
                        answer = try await monitored.ask(at: url, ["--include"])
                        return answer.status == 200
                    })
                #expect(answer.text.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            }
        }
    }

    @Test("the socket is the group's to use, one that an agent has left is replaced, and it goes with the agent")
    func socket() async throws {
        try await withNode { node in
            let path = MonitoredNode.socket(node)
            let other = try await node.namespace.start("/usr/bin/socat", "UNIX-LISTEN:\(path)", "STDOUT")
            #expect(try await eventually { fileMode(path) != nil })
            other.end()
            let monitored = try await MonitoredNode.start(on: node)
            try await monitored.page { $0.value("martlet_bird_up") == 0 }
            #expect(fileMode(path) == 0o660)
            monitored.terminate()
            #expect(try await eventually(within: .seconds(20)) { fileMode(path) == nil })
        }
    }

    @Test("a file that is no socket stays, and the alarm says so")
    func file() async throws {
        try await withNode { node in
            try writeFile(MonitoredNode.socket(node), "precious")
            let monitored = try await MonitoredNode.start(on: node)
            #expect(try await eventually(within: .seconds(20)) { monitored.log.contains("alarm=metrics") })
            #expect(try readFile(MonitoredNode.socket(node)) == Array("precious".utf8))
        }
    }

    @Test("what is not served is told so")
    func mistakes() async throws {
        try await withNode { node in
            let monitored = try await MonitoredNode.start(on: node)
            try await monitored.page { _ in true }
            #expect(try await monitored.ask("/").status == 404)
            #expect(try await monitored.ask("/metrics/").status == 404)
            let posted = try await monitored.ask(
                "/metrics", "--include", "--data", String(repeating: "x", count: 20_000))
            #expect(posted.status == 405)
            #expect(posted.text.contains("Allow: GET\r\n"))
            let long = String(repeating: "x", count: 9000)
            #expect(try await monitored.ask("/metrics", "--header", "X: \(long)").status == 431)
            #expect(try await say("nonsense\r\n\r\n", on: node).hasPrefix("HTTP/1.0 400 Bad Request\r\n"))
            #expect(try await monitored.ask("/healthz").status == 200)
        }
    }

    @Test("who says nothing is hung up on, and a crowd of them makes others wait for no more than 5 s")
    func silence() async throws {
        try await withNode { node in
            let monitored = try await MonitoredNode.start(on: node)
            try await monitored.page { _ in true }
            var crowd: [Background] = []
            for _ in 0..<8 {
                crowd.append(
                    try await node.namespace.start(
                        "/usr/bin/socat", "-u", "UNIX-CONNECT:\(MonitoredNode.socket(node))", "STDOUT"))
            }
            try await Task.sleep(for: .milliseconds(500))
            let start = ContinuousClock.now
            #expect(try await monitored.ask("/healthz").status == 200)
            #expect(ContinuousClock.now - start < .seconds(15))
            #expect(try await eventually(within: .seconds(10)) { crowd.allSatisfy { hasEnded($0.pid) } })
        }
    }

    /// What a stranger hears who says some bytes.
    private func say(_ text: String, on node: Node) async throws -> String {
        try await node.namespace.run(
            ["/usr/bin/socat", "-t", "10", "-", "UNIX-CONNECT:\(MonitoredNode.socket(node))"], input: Array(text.utf8)
        ).text
    }
}

/// Whether a process that this one has started is there no more, but for what is left to be waited for.
private func hasEnded(_ pid: Int32) -> Bool {
    guard let stat = try? readFile("/proc/\(pid)/stat") else { return true }
    return String(decoding: stat, as: UTF8.self).split(separator: ")").last?.hasPrefix(" Z") == true
}
