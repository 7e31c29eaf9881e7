import Audit
import TestKit
import Testing

/// `ipam check` on a node that has a BIRD and a registry.
@Suite struct MeshAuditTests {
    @Test("each code of BIRD's and of the registry's is provoked")
    func complete() {
        let codes = Finding.Code.allCases.filter(\.isOfMesh).map(\.rawValue)
        #expect(Set(MeshAccident.all.map(\.code)) == Set(codes))
    }

    @Test("finds it, by its subject, and nothing any more when it is put right", arguments: MeshAccident.all)
    func found(_ accident: MeshAccident) async throws {
        try await Lab.with("--nodes", "2", "--registry", accident.registry) { lab in
            _ = try await lab.start("web", on: "node1")
            _ = try await lab.block(of: "master")
            #expect(try await lab.problems() == [])
            let (subject, named) = try await accident.happen(lab)
            var audit = try await lab.audit()
            _ = try await eventually(within: accident.delay) {
                audit = try await lab.audit()
                return audit.problems.contains { $0.code == accident.code }
            }
            let finding = try #require(
                audit.problems.first { $0.code == accident.code && $0.subject == subject },
                "\(subject) is not among \(audit.problems)")
            for words in named { #expect(finding.text.contains(words), "\(finding)") }
            #expect(try Schema("check").mistakes(in: audit.json) == [])

            try await accident.cure(lab)
            #expect(try await lab.problems() == [])
        }
    }

    @Test("a session that has just ended is no finding yet")
    func freshlyDown() async throws {
        try await Lab.with("--nodes", "2", "--registry", "static") { lab in
            try await lab.on("node1", "birdc", "disable", "Mesh_192_168_0_80")
            #expect(try await lab.problems(within: .zero) == [])
        }
    }

    @Test("raises no false alarm while pods come and go, and agents end and start")
    func changes() async throws {
        try await Lab.with("--nodes", "2", "--registry", "sqlite") { lab in
            async let pods: Void = {
                for number in 0..<12 {
                    _ = try await lab.start("pod\(number)", on: "node1")
                    if number > 1 { try await lab("pod", "del", "pod\(number - 2)") }
                }
            }()
            async let agents: Void = {
                for _ in 0..<4 {
                    try await lab("agent", "kill", "node1")
                    try await lab("agent", "start", "node1")
                    try await Task.sleep(for: .milliseconds(700))
                }
            }()
            for _ in 0..<8 {
                for node in ["master", "node1"] { #expect(try await lab.audit(node).problems == []) }
            }
            _ = try await (pods, agents)
            #expect(try await lab.problems(within: .zero) == [])
        }
    }

    @Test("a node without BIRD and agent is audited as ever")
    func alone() async throws {
        try await Lab.with("--nodes", "1", "--registry", "static") { lab in
            _ = try await lab.start("web", on: "master")
            try await lab("agent", "stop", "master")
            try await lab("bird", "stop", "master")
            let data = "\(Lab.folder)/nodes/master.whale.com/ledger"
            let check = "env -u MARTLET_AGENT_CONFIG \(Programs.toolFolder)/martletctl ipam check --data-dir \(data)"
            let text = try await lab.must("\(Lab.script) exec master \(check) --nodename master.whale.com --grace 0")
            #expect(text.hasSuffix("Check complete; found 0 problems."))
        }
    }
}
