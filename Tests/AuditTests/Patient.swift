import TestKit
import Testing

/// A node with two pods of both families: one that is tampered with, and one that nothing may happen to.
struct Patient: Sendable {
    let node: Node
    let configuration: Value
    let victim: Pod
    let bystander: Pod
    /// Results of their ADDs.
    let result: Value
    let other: Value

    /// Makes the pods, and makes sure that the audit is content.
    static func make(on node: Node) async throws -> Patient {
        let configuration = node.dualStackConfiguration()
        let (victim, bystander) = (try await node.pod(), try await node.pod())
        let result = try await node.add(victim, configuration: configuration)
        let other = try await node.add(bystander, configuration: configuration)
        let patient = Patient(
            node: node, configuration: configuration, victim: victim, bystander: bystander, result: result,
            other: other)
        try await patient.expectHealth()
        return patient
    }

    var host: Namespace { node.namespace }

    // What is asked for in words of the tampering.
    func address() throws -> String { try result.resultAddress() }
    func address6() throws -> String { try result.resultAddress(ipv6: true) }
    func link() throws -> String { try result.resultHostLink() }

    /// Clean, and no note either; both pods are reached by both families, also from one another.
    func expectHealth(_ comment: Comment? = nil) async throws {
        let audit = try await node.audit()
        #expect(audit.isClean && audit.findings == [], comment)
        for (pod, result, partner) in [(victim, result, other), (bystander, other, result)] {
            guard try await isThere(pod), try await isThere(pod === victim ? bystander : victim) else { continue }
            for isIPv6 in [false, true] {
                let address = try result.resultAddress(ipv6: isIPv6)
                #expect(try await node.namespace.pings(address), comment)
                #expect(try await pod.namespace.pings(partner.resultAddress(ipv6: isIPv6)), comment)
            }
        }
    }

    private func isThere(_ pod: Pod) async throws -> Bool {
        try await node.ledger.leases().contains { $0.container == pod.id }
    }
}

private func === (one: Pod, two: Pod) -> Bool { one.id == two.id }
