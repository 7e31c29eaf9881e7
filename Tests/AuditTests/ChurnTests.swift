import Glibc
import TestKit
import Testing

/// Audits while pods come and go: 20 seconds of them, or 1,000 when MARTLET_ALL is set.
@Suite("The audit during constant churn", .serialized)
struct ChurnTests {
    private static let isComplete = getenv("MARTLET_ALL") != nil
    /// Audits between two faults that are planted.
    private static let distance = isComplete ? 100 : 10

    @Test("says nothing that is not true, and finds each fault that is planted on a pod that stands still")
    func audits() async throws {
        try await withNode { node in
            var random = Seeded("churn")
            let configuration = node.dualStackConfiguration(["cniVersion": "1.1.0"]).setting("ipam.rest_seconds", 0)
                .setting(
                    "ipam.pools",
                    [
                        ["name": "four", "cidr": "10.244.0.0/16", "blockSize": 29],
                        ["name": "six", "cidr": "fd00:10:244::/64", "blockSize": 125],
                    ])
            var still: [Resident] = []
            for number in 0..<4 {
                let pod = try await node.pod(id: "still-\(number)")
                still.append(Resident(pod, result: try await node.add(pod, configuration: configuration)))
            }
            let churn = try await Churn.start(on: node, configuration, sparing: still.map(\.pod), &random)
            let start = ContinuousClock.now
            var (audits, planted) = (0, 0)
            while Self.isComplete ? audits < 1000 : ContinuousClock.now - start < .seconds(18) {
                audits += 1
                if audits % Self.distance == 0 {
                    planted += 1
                    try await plant(Fault.all[planted % Fault.all.count], on: node, still.randomElement(using: &random))
                } else {
                    let audit = try await node.audit()
                    #expect(audit.problems == [], "audit \(audits)")
                }
            }
            let (count, rate) = try churn.progress()
            try await churn.stop()
            print("\(audits) audits, \(planted) faults, beside \(count) ADDs and DELs, \(Int(rate)) a second")
            #expect(try churn.failures() == [])
            #expect(rate >= 50)
            #expect(planted > 0)
            for pod in churn.pods { try await node.delete(pod, configuration: configuration) }
            #expect(try await node.audit().problems == [])
            #expect(try await node.ledger.leases().count == 2 * still.count)
        }
    }

    private func plant(_ fault: Fault, on node: Node, _ resident: Resident?) async throws {
        let resident = try #require(resident)
        try await fault.accident(node, resident)
        let audit = try await node.audit()
        #expect(audit.problems.contains { $0.code == fault.code }, "\(fault.code) is not among \(audit.problems)")
        let subjects = try resident.subjects()
        let strange = audit.problems.filter { !subjects.contains($0.subject) && $0.code != fault.code }
        #expect(strange == [], "beside \(fault.code)")
        let fixed = try await node.audit("--fix")
        #expect(fixed.problems == [], "after the repair of \(fault.code)")
        #expect(try await node.namespace.pings(resident.result.resultAddress()), "after the repair of \(fault.code)")
    }
}

/// A pod that stays.
struct Resident: Sendable {
    let pod: Pod
    let result: Value

    init(_ pod: Pod, result: Value) {
        self.pod = pod
        self.result = result
    }

    /// What findings about it are named by.
    func subjects() throws -> Set<String> {
        [try result.resultAddress(), try result.resultAddress(ipv6: true), try result.resultHostLink()]
    }
}

/// A fault that `--fix` repairs.
struct Fault: Sendable {
    let code: String
    let accident: @Sendable (Node, Resident) async throws -> Void

    static let all = [
        Fault(code: "host-route") { node, resident in
            try await node.namespace.ip("route del \(resident.result.resultAddress())/32")
        },
        Fault(code: "link-without-lease") { node, resident in
            try await node.ledger.change("DELETE FROM lease WHERE container_id = '\(resident.pod.id)'")
        },
        Fault(code: "pod-address") { _, resident in
            try await resident.pod.namespace.ip("addr flush dev eth0 scope global")
        },
        Fault(code: "lease-without-link") { node, resident in
            try await node.namespace.ip("link del \(resident.result.resultHostLink())")
        },
        Fault(code: "pod-route") { _, resident in try await resident.pod.namespace.ip("-6 route del default") },
        Fault(code: "route-elsewhere") { node, resident in
            try await node.namespace.ip("route replace \(resident.result.resultAddress())/32 dev up0 scope link")
        },
        Fault(code: "host-neighbour") { node, resident in
            try await node.namespace.ip(
                "neigh del \(resident.result.resultAddress()) dev \(resident.result.resultHostLink())")
        },
        Fault(code: "mtu") { node, resident in
            try await node.namespace.ip("link set \(resident.result.resultHostLink()) mtu 1300")
        },
    ]
}
