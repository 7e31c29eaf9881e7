import Audit
import TestKit
import Testing

@Suite("Each code of the audit")
struct CodeTests {
    private static let table =
        Tampering.ofLedger + Tampering.ofNode + Tampering.ofHost + Tampering.ofPod

    @Test("is provoked; what BIRD and the registry are asked for, by the tests of the lab")
    func complete() {
        let codes = Set(Finding.Code.allCases.filter { !$0.isOfMesh }.map(\.rawValue))
        #expect(Set(Self.table.map(\.code)) == codes)
    }

    @Test("is found, with its subject, and nothing is found any more when it is repaired", arguments: table)
    func found(_ tampering: Tampering) async throws {
        try await withNode { node in
            let patient = try await Patient.make(on: node)
            let subject = try await tampering.accident(patient)
            let audit = try await node.audit()
            let finding = try #require(
                audit.findings.first { $0.code == tampering.code && $0.subject == subject },
                "\(subject) is not among \(audit.findings)")
            #expect(audit.isClean == audit.findings.allSatisfy(\.isNote))
            #expect(audit.isClean == finding.isNote)
            try await cure(tampering, finding, patient)
            try await patient.expectHealth("after the repair of \(audit.findings)")
            let leases = try await node.ledger.leases().filter { $0.container == patient.victim.id }
            #expect(leases.count == (tampering.isDeadly ? 0 : 2))
        }
    }

    private func cure(
        _ tampering: Tampering, _ finding: AuditOutcome.Finding, _ patient: Patient
    ) async throws {
        switch tampering.cure {
        case .fix:
            #expect(finding.repair == "martletctl ipam check --fix")
            let fixed = try await patient.node.audit("--fix")
            #expect(fixed.isClean, "after --fix: \(fixed.findings)")
        case .printed:
            try await patient.node.repair(finding, backup: patient.backup)
        case .person(let act):
            try await act(patient)
            _ = try await patient.node.audit("--fix")
        }
    }
}
