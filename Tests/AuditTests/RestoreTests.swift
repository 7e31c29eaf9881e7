import TestKit
import Testing

@Suite("A ledger that is lost, or older than the pods")
struct RestoreTests {
    /// Freed addresses need no rest, so that one that is wrongly free is given out at once.
    private func configuration(on node: Node) -> Value {
        node.dualStackConfiguration(["cniVersion": "1.1.0"]).setting("ipam.rest_seconds", 0)
    }

    @Test("a backup made while pods come and go is sound; restored, --fix leases to living pods what they have")
    func backup() async throws {
        try await withNode { node in
            let configuration = configuration(on: node)
            var random = Seeded("backup")
            let first = try await residents(8, "first", on: node)
            let churn = try await Churn.start(on: node, configuration, sparing: first.map(\.pod), &random)
            try await Task.sleep(for: .milliseconds(700))
            let copy = "\(node.folder.path)/backup.db"
            try await node.ledger.backUp(to: copy)
            try await Task.sleep(for: .milliseconds(300))
            try await churn.stop()
            #expect(try churn.failures() == [])
            for pod in churn.pods {
                try await node.delete(pod, configuration: configuration)
                pod.namespace.end()
            }
            // The addresses of those that the backup knows are given to others.
            for resident in first.prefix(4) {
                try await node.delete(resident.pod, configuration: configuration)
                resident.pod.namespace.end()
            }
            let later = try await residents(16, "later", on: node)
            try await node.ledger.restore(from: copy)
            try await expectRebirth(of: Array(first.dropFirst(4)) + later, lost: later, on: node)
        }
    }

    @Test("an ADD before the repair gets no address that a living pod has")
    func early() async throws {
        try await withNode { node in
            try await residents(1, "first", on: node).first?.pod.namespace.end()
            let copy = "\(node.folder.path)/backup.db"
            try await node.ledger.backUp(to: copy)
            let later = try await residents(8, "later", on: node)
            try await node.ledger.restore(from: copy)
            let next = try await residents(12, "next", on: node)
            try await expectRebirth(of: later + next, lost: later, on: node)
        }
    }

    @Test("a pod whose sandbox has outlived its DEL loses its address to the one that has it now")
    func outlived() async throws {
        try await withNode { node in
            let old = try await residents(1, "old", on: node)
            let copy = "\(node.folder.path)/backup.db"
            try await node.ledger.backUp(to: copy)
            try await node.delete(old[0].pod, configuration: configuration(on: node))
            try await node.ledger.change("DELETE FROM freed; UPDATE block SET next = 0")
            let new = try await residents(1, "new", on: node)
            #expect(old[0].result.resultAddresses == new[0].result.resultAddresses)
            try await node.ledger.restore(from: copy)
            try await expectRebirth(of: new, lost: new, on: node)
        }
    }

    @Test("a lost file is told from none, and --fix brings the leases back when there are pools again")
    func lost() async throws {
        try await withNode { node in
            let pods = try await residents(12, "pod", on: node)
            try await node.namespace.must("/bin/sh", "-c", "rm \(node.data)/ledger.db*")
            let command = [Programs.operatorsTool, "ipam", "check"] + node.auditWords
            let blind = try await node.namespace.run(command)
            #expect(blind.status == .exited(2) && blind.errorText.contains("lost"), "\(blind.errorText)")
            try writeFile("\(node.folder.path)/pools.yaml", Self.manifests)
            try await node.namespace.must(
                Programs.operatorsTool, "apply", "-f", "\(node.folder.path)/pools.yaml", "--data-dir", node.data,
                "--nodename", node.name)
            try await expectRebirth(of: pods, lost: pods, on: node)
        }
    }

    private static let manifests = """
        apiVersion: projectcalico.org/v3
        kind: IPPool
        metadata:
          name: four
        spec:
          cidr: 10.244.0.0/16
        ---
        apiVersion: projectcalico.org/v3
        kind: IPPool
        metadata:
          name: six
        spec:
          cidr: fd00:10:244::/64
        """

    private func residents(_ count: Int, _ name: String, on node: Node) async throws -> [Resident] {
        var residents: [Resident] = []
        for number in 0..<count {
            let pod = try await node.pod(id: "\(name)-\(number)")
            residents.append(Resident(pod, result: try await node.add(pod, configuration: configuration(on: node))))
        }
        return residents
    }

    /// The lost are found; after `--fix` every living pod has its leases, and 64 new ones get other addresses.
    private func expectRebirth(of living: [Resident], lost: [Resident], on node: Node) async throws {
        let audit = try await node.audit()
        let found = Set(audit.findings.filter { $0.code == "link-without-lease" }.compactMap(\.container))
        #expect(found == Set(lost.map(\.pod.id)))
        let fixed = try await node.audit("--fix")
        #expect(fixed.problems == [])
        #expect(try await node.audit().problems == [])
        let addresses = Set(living.flatMap(\.result.resultAddresses).map { String($0.prefix { $0 != "/" }) })
        #expect(addresses.count == 2 * living.count)
        let leases = try await node.ledger.leases()
        #expect(Set(leases.map(\.address)) == addresses)
        for resident in living {
            let own = leases.filter { $0.container == resident.pod.id }.map(\.hostInterface)
            let link = try resident.result.resultHostLink()
            #expect(own == [link, link])
            #expect(try await node.namespace.pings(resident.result.resultAddress()))
            #expect(try await node.namespace.pings(resident.result.resultAddress(ipv6: true)))
        }
        let crowd = try await residents(64, "crowd", on: node)
        for resident in crowd {
            #expect(
                addresses.isDisjoint(with: [
                    try resident.result.resultAddress(), try resident.result.resultAddress(ipv6: true),
                ]))
        }
        for resident in living + crowd { try await node.delete(resident.pod, configuration: configuration(on: node)) }
        #expect(try await node.audit().problems == [])
        #expect(try await node.ledger.leases() == [])
    }
}
