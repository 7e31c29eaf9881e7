import TestKit
import Testing

/// What BIRD does when its configuration changes.
@Suite struct RefusalTests {
    @Test("what BIRD refuses changes nothing, is told of by an alarm, and does not keep BIRD from being started again")
    func refused() async throws {
        try await Lab.with { lab in
            // A BIRD that takes no configuration while there is a certain file.
            try await lab.must(
                """
                cat >/run/picky <<'END'
                #!/bin/sh
                case "$*" in -p*) [ ! -e /run/refuse ] || { echo "bird.conf:12:3 syntax error" >&2; exit 1; } ;; esac
                exec /usr/sbin/bird "$@"
                END
                chmod +x /run/picky; touch /run/refuse
                """)
            try await lab("configure", "node1", #".bird.program = "/run/picky""#)
            let file = "/run/lab/nodes/node1.whale.com/run/bird.conf"
            let (before, sessions) = (try await lab.must("cat \(file)"), try await lab.sessions("node1"))
            try await lab.ignore("docker*")
            let alarm = "birdConfiguration: BIRD does not take its new configuration and keeps the one before: "
            #expect(
                try await eventually { try await lab.isAlarmed("node1", alarm + "bird.conf:12:3 syntax error") })
            #expect(try await lab.must("cat \(file)") == before)
            #expect(try await lab.sessions("node1") == sessions)

            try await lab("bird", "kill", "node1")
            try await lab("bird", "start", "node1")
            #expect(try await eventually(within: .seconds(20)) { try await lab.areEstablished() })
            #expect(try await lab.must("cat \(file)") == before)

            try await lab.must("rm /run/refuse")
            try await lab.ignore("podman*")
            #expect(try await eventually { try await lab.ask("node1", "/readyz") == "ok" })
            #expect(try await lab.must("cat \(file)").contains("podman*"))
        }
    }

    @Test("a node that goes and comes, and a setting that concerns no session, make no session of others begin anew")
    func steady() async throws {
        try await Lab.with { lab in
            let before = try await lab.sessions("node1")["Mesh_192_168_0_80"]
            try await lab("agent", "stop", "node2")
            try await lab.forget("node2")
            try await lab.on("master", "martletctl", "node", "delete", "node2.whale.com", "--force")
            #expect(try await eventually { try await lab.sessions("node1").count == 1 })
            try await lab("agent", "start", "node2")
            #expect(try await eventually(within: .seconds(30)) { try await lab.areEstablished() })
            try await lab.ignore("docker*")
            #expect(
                try await eventually {
                    try await lab.must("cat /run/lab/nodes/node1.whale.com/run/bird.conf").contains("docker*")
                })
            #expect(try await lab.sessions("node1")["Mesh_192_168_0_80"] == before)
        }
    }
}

extension Lab {
    /// Has all nodes leave out interfaces where they learn of connected networks.
    fileprivate func ignore(_ pattern: String) async throws {
        try await apply(
            """
            apiVersion: projectcalico.org/v3
            kind: BGPConfiguration
            metadata: {name: default}
            spec: {ignoredInterfaces: ["\(pattern)"]}
            """)
    }
}
