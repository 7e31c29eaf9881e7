import Glibc
import TestKit
import Testing

@Suite("Whether the agent is well")
struct ReadinessTests {
    @Test("it is ready when the kernel has been looked at, the cluster is known, BIRD answers and no alarm stands")
    func readiness() async throws {
        try await withNode { node in
            let monitored = try await MonitoredNode.start(on: node)
            var answer = (status: 0, text: "")
            #expect(
                try await eventually(within: .seconds(20)) {
                    answer = try await monitored.ask("/readyz")
                    return answer.status == 503 && answer.text.hasPrefix("bird: BIRD does not answer on ")
                }, "\(answer)")
            #expect(try await monitored.ask("/healthz").status == 200)

            let bird = try await monitored.startBIRD()
            #expect(
                try await eventually(within: .seconds(40)) {
                    answer = try await monitored.ask("/readyz")
                    return answer == (200, "ok\n")
                }, "\(answer)")

            bird.end()
            answer = try await monitored.ask("/readyz")
            #expect(answer.status == 503)
            #expect(answer.text.contains("bird: BIRD does not answer on \(node.folder.path)/run/bird.ctl"))
            #expect(try await monitored.ask("/healthz") == (200, "ok\n"))
        }
    }

    @Test("systemd hears when it is ready, though BIRD does not run yet, and when it ends", arguments: [false, true])
    func notices(isAbstract: Bool) async throws {
        try await withNode { node in
            let heard = "\(node.folder.path)/heard"
            let name = isAbstract ? "martlet-test" : "\(node.folder.path)/notify"
            let listener = try await node.namespace.start(
                "/usr/bin/socat", "-u", "\(isAbstract ? "ABSTRACT" : "UNIX")-RECV:\(name)", "OPEN:\(heard),creat,append"
            )
            #expect(
                try await eventually {
                    try await node.namespace.must("/usr/bin/ss", "-Hlx").contains(isAbstract ? "@\(name)" : name)
                })
            let monitored = try await MonitoredNode.start(
                on: node, environment: ["NOTIFY_SOCKET=\(isAbstract ? "@" : "")\(name)"])
            func text() -> String { String(decoding: (try? readFile(heard)) ?? [], as: UTF8.self) }
            #expect(try await eventually(within: .seconds(20)) { text() == "READY=1" }, "\(text()), \(monitored.log)")
            #expect(fileMode("\(node.folder.path)/run/bird.conf") != nil)
            // Pods may start now, and they go by the ledger.
            #expect(try await node.ledger.poolNames() != [])
            monitored.terminate()
            #expect(try await eventually(within: .seconds(20)) { text() == "READY=1STOPPING=1" }, "\(text())")
            listener.end()
        }
    }
}
