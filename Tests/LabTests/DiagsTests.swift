import TestKit
import Testing

/// `martletctl node diags` on a node of a cluster.
@Suite struct DiagsTests {
    private static let pieces = [
        "bird-interfaces.txt", "bird-memory.txt", "bird-protocols-all.txt", "bird-route-all.txt", "bird-status.txt",
        "bird.conf", "ip-address.txt", "ip-link.txt", "ip-neigh-4.txt", "ip-neigh-6.txt", "ip-route-4.txt",
        "ip-route-6.txt", "ip-rule-4.txt", "ip-rule-6.txt", "ipam-check.json", "ipam-show.txt", "ledger.db",
        "log-1-martletd.log.txt", "log-2-bird.log.txt", "martletd.json", "nft-ruleset.txt", "node-routes.json",
        "node-status.json", "registry.json", "sysctl.txt", "versions.txt",
    ]

    @Test("gathers everything in one archive that root alone reads, without secrets, and changes nothing")
    func everything() async throws {
        try await Lab.with("--nodes", "2", "--registry", "sqlite") { lab in
            let pod = try await lab.start("web", on: "node1")[0]
            try await lab.hideSecrets()
            var before = ""
            // What the start has set going comes to its end.
            let isSteady = try await eventually(within: .seconds(20)) {
                let last = before
                before = try await lab.state()
                try await Task.sleep(for: .seconds(1))
                return before == last
            }
            #expect(isSteady)
            let said = try await lab.must(
                "mkdir /run/tmp && TMPDIR=/run/tmp \(Lab.script) exec node1 martletctl node diags -o /run/diags.tar.gz")
            #expect(said == "Wrote /run/diags.tar.gz: \(Self.pieces.count) pieces.")
            #expect(try await lab.state() == before)
            #expect(try await lab.must("ls /run/tmp; stat -c %a /run/diags.tar.gz") == "600")

            try await lab.must("mkdir /run/out && tar -xzf /run/diags.tar.gz -C /run/out --strip-components 1")
            #expect(try await lab.must("ls /run/out").split(separator: "\n").map(String.init) == Self.pieces)
            #expect(try await lab.must("grep -rl tops3cret /run/out || true") == "")
            for (file, words) in [
                ("bird.conf", "password \"(left out)\""), ("martletd.json", "sqlite:/run/lab/registry.db"),
                ("martletd.json", "passwords.json"), ("martletd.json", "\"token\": \"(left out)\""),
                ("ip-route-4.txt", pod), ("bird-route-all.txt", "BGP.next_hop"),
                ("nft-ruleset.txt", "table inet martlet"), ("sysctl.txt", "net.ipv4.ip_forward = 1"),
                ("versions.txt", "BIRD 2."), ("registry.json", "\"kind\": \"Heartbeat\""),
                ("log-1-martletd.log.txt", "registered this node"),
            ] {
                #expect(try await lab.must("cat /run/out/\(file)").contains(words), "\(file)")
            }
            for (file, schema) in [
                ("ipam-check", "check"), ("node-status", "node-status"), ("node-routes", "node-routes"),
            ] {
                let json = try Value(parsing: Array(try await lab.must("cat /run/out/\(file).json").utf8))
                #expect(try Schema(schema).mistakes(in: json) == [], "\(file)")
            }
            let leases = try await lab.must(
                "sqlite3 /run/out/ledger.db \"PRAGMA integrity_check; SELECT count(*) FROM lease\"")
            #expect(leases == "ok\n1")
        }
    }

    @Test("goes on where a piece cannot be had, says so, and puts the reason in its place")
    func missing() async throws {
        try await Lab.with("--nodes", "1", "--registry", "sqlite") { lab in
            try await lab("agent", "stop", "master")
            try await lab("bird", "stop", "master")
            try await lab.must("mv /run/lab/registry.db /run/lab/away.db")
            let said = try await lab.on(
                "master", "martletctl", "node", "diags", "-o", "/run/diags.tar.gz", "--log", "/no")
            try await lab.must("mkdir /run/out && tar -xzf /run/diags.tar.gz -C /run/out --strip-components 1")
            let missing = try await lab.must("cat /run/out/missing.txt")
            #expect(said.hasSuffix(missing.split(separator: "\n").map { "Missing \($0)" }.joined(separator: "\n")))
            for (piece, reason) in [
                ("bird-status.txt", "BIRD does not answer on "), ("node-status.json", "BIRD does not answer on "),
                ("registry.json", "/run/lab/registry.db"), ("log-3-no.txt", "tail: cannot open '/no'"),
            ] {
                #expect(missing.split(separator: "\n").contains { $0.contains(piece) && $0.contains(reason) })
                #expect(try await lab.must("cat /run/out/\(piece)").contains("\(piece) is missing: "), "\(piece)")
            }
            #expect(try await lab.must("cat /run/out/ipam-check.json").contains("bird-silent"))
        }
    }

    @Test("leaves nothing behind where the archive cannot be written")
    func unwritable() async throws {
        try await Lab.with("--nodes", "1", "--registry", "static") { lab in
            let completion = try await lab.run(
                [
                    "/bin/sh", "-c",
                    "mkdir /run/tmp && TMPDIR=/run/tmp \(Lab.script) exec master martletctl node diags -o /run/no/x.tar.gz",
                ])
            #expect(completion.status == .exited(2))
            #expect(
                completion.errorText.hasPrefix("Error: open /run/no/x.tar.gz.new: No such file or directory\nHint: "))
            #expect(try await lab.must("ls /run/tmp") == "")
        }
    }
}

extension Lab {
    /// Gives the mesh a password, and the agent of `node1` an odd place for another.
    fileprivate func hideSecrets() async throws {
        try await must("umask 077; echo '{\"mesh\": \"tops3cret\"}' >\(Self.folder)/passwords.json")
        for node in ["master", "node1"] {
            let file = "\(Self.folder)/nodes/\(node).whale.com/martletd.json"
            try await must(
                "jq '.passwords_file = \"\(Self.folder)/passwords.json\" | .labels.token = \"hunter2\"' \(file) >/run/new && "
                    + "mv /run/new \(file)")
            try await self("agent", "stop", node)
            try await self("agent", "start", node)
        }
        let isThere = try await eventually(within: .seconds(20)) {
            let configuration = try await must("cat \(Self.folder)/nodes/node1.whale.com/run/bird.conf")
            let protocols = try await on("node1", "birdc", "show", "protocols")
            return configuration.contains("tops3cret") && protocols.contains("Established")
        }
        guard isThere else { throw Failure("the sessions do not stand with a password") }
    }

    /// What is there on the node: routes, links, settings of the firewall, and the ledger's rows.
    fileprivate func state() async throws -> String {
        var text = ""
        for command in [["ip", "route", "show", "table", "all"], ["ip", "-br", "link"], ["nft", "list", "ruleset"]] {
            text += try await must("\(Self.script) exec node1 \(command.joined(separator: " "))")
        }
        return text + (try await must("sqlite3 \(Self.folder)/nodes/node1.whale.com/ledger/ledger.db .dump"))
    }
}
