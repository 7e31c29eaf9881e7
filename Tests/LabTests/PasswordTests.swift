import TestKit
import Testing

/// Sessions with a password (TCP MD5, RFC 2385).
@Suite struct PasswordTests {
    @Test(
        "a session whose ends have different passwords does not stand, node status shows it, and the right one mends it"
    )
    func mismatch() async throws {
        try await Lab.with { lab in
            try await lab.must(
                """
                umask 077; echo '{"mesh": "swordfish"}' >/run/right; echo '{"mesh": "sturgeon"}' >/run/wrong
                """)
            for (node, file) in [("master", "right"), ("node1", "right"), ("node2", "wrong")] {
                try await lab("configure", node, #".passwords_file = "/run/\#(file)""#)
            }
            #expect(
                try await eventually(within: .seconds(30)) {
                    let sessions = try await lab.sessions("node1").mapValues(\.info)
                    return sessions["Mesh_192_168_0_80"] == "Established"
                        && sessions["Mesh_192_168_0_82"] != "Established"
                })
            let rows = try await lab.lines("node1", "martletctl", "node", "status").filter { $0.hasPrefix("| 192") }
            #expect(rows.count == 2)
            #expect(rows.first?.contains("| up ") == true && rows.first?.contains("| Established") == true)
            #expect(rows.last?.contains("| start ") == true && rows.last?.contains("| Established") == false)

            try await lab("configure", "node2", #".passwords_file = "/run/right""#)
            #expect(try await eventually(within: .seconds(40)) { try await lab.areEstablished() })
        }
    }
}
