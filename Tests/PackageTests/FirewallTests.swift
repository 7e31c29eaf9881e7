import TestKit
import Testing

@Suite("A machine with ufw")
struct FirewallTests {
    @Test("lets no pod through when it is switched on; the audit's command opens it, and ufw keeps that")
    func ufw() async throws {
        let package = try await Packages.old.value
        try await Machine.with { machine in
            try await machine.must(
                """
                dpkg --install \(package)
                cp /usr/share/doc/martlet/examples/10-martlet.conflist /etc/cni/net.d/
                """)
            let pods = [try await machine.node.pod(), try await machine.node.pod()]
            var addresses: [String] = []
            for pod in pods { addresses.append(try await machine.call("ADD", pod).resultAddress()) }
            let server = try await pods[1].namespace.serve(7000, text: "here")
            func answer() async throws -> String? { try await pods[0].namespace.fetch(addresses[1], 7000) }
            #expect(try await answer() == "here")

            try await machine.must("ufw --force enable")
            #expect(try await answer() == nil)
            let findings = try await machine.findings()
            #expect(findings.map { $0["code"] } == ["forward-dropped"])
            let command = try #require(findings.first?["repair"].string)
            #expect(command == "ufw route allow from 10.244.0.0/16 && ufw route allow to 10.244.0.0/16")

            try await machine.must("\(command) && ufw reload")
            #expect(try await machine.findings() == [])
            #expect(try await answer() == "here")
            server.end()
        }
    }
}

extension Machine {
    /// What the audit finds, of new pods too.
    fileprivate func findings() async throws -> [Value] {
        let audit = try await run("martletctl ipam check --grace 0 -o json")
        return try Value(parsing: audit.output)["findings"].elements
    }
}
