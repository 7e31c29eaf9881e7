import TestKit
import Testing

@Suite("The file of import calico")
struct CalicoFileTests {
    @Test(
        "may be YAML or JSON, of either apiVersion, one list, several or documents, as kubectl and calicoctl print it")
    func forms() async throws {
        try await withCalico { calico, _, _ in
            let node = calico.node
            let whole = try Value(parsing: Array(calico.export().utf8))
            let pools = whole["items"].elements.filter { $0["kind"] == "IPPool" }
            let rest = whole["items"].elements.filter { $0["kind"] != "IPPool" }
            let calicoctl: Value = [
                "apiVersion": "projectcalico.org/v3", "kind": "IPPoolList",
                "items": .array(pools.map { $0.merging(["apiVersion": "projectcalico.org/v3"]) }),
            ]
            let documents = ([calicoctl] + rest).map(\.text).joined(separator: "\n---\n")
            let file = "\(node.folder.path)/calico.yaml"
            try writeFile(file, documents)
            let text = try await node.ask("import", "calico", file, "--dry-run")
            try await expectEqual(node.ask("import", "calico", "-", "--dry-run", input: calico.export()), text)
            let yaml = """
                apiVersion: v1
                kind: List
                items:
                - apiVersion: projectcalico.org/v3
                  kind: IPAMBlock
                  metadata: {name: 10-244-0-0-30}
                  spec:
                    affinity: host:n1
                    allocations: [null, 0, null, 1]
                    attributes:
                    - handle_id: k8s-pod-network.gone
                      secondary: {namespace: default, node: n1, pod: gone, timestamp: 2023-09-26 17:11:53.923041651 +0000 UTC}
                    - {releasedAt: "2026-06-01T00:00:00Z"}
                    cidr: 10.9.0.0/30
                    deleted: false
                    sequenceNumber: 1763812345678901234
                    sequenceNumberForAllocation: {"1": 1763812345678901233}
                    strictAffinity: false
                    unallocated: [0, 2]
                - apiVersion: projectcalico.org/v3
                  kind: IPPool
                  metadata: {name: tiny}
                  spec: {cidr: 10.9.0.0/24, blockSize: 30, ipipMode: Never, vxlanMode: Never}
                """
            let lines = try await node.ask("import", "calico", "-", "--dry-run", input: yaml)
            #expect(
                lines.contains("block 10.9.0.0/30") && lines.contains("2 would be taken over, 1 left behind"),
                "\(lines)")
        }
    }

    @Test(
        "that is none is refused with the place of the mistake and a way to make one",
        arguments: [
            ("kind: [", "stdin:2:1: did not find expected node content"),
            ("just words", "stdin:1:1: expected an object"),
            ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "stdin:1:14: apiVersion: expected "),
            ("===\n{}\n", "stdin:3:1: expected three parts with a line of ==="),
            ("{apiVersion: v1, kind: List, items: []}", "there is no IPAMBlock of node n1, nor of another"),
        ])
    func strange(text: String, reason: String) async throws {
        try await withNode { node in
            let errors = try await node.refuse("import", "calico", "-", input: text)
            #expect(errors.contains(reason), "\(errors)")
            #expect(errors.contains("Hint: kubectl get ippools,ipamblocks"), "\(errors)")
            #expect(entries(of: node.data) == [])
        }
    }

    @Test(
        "names line, column and path of what a block, a handle or a pool has wrong",
        arguments: [
            (
                "IPAMBlock", "{cidr: 10.9.0.0/30, allocations: [null], attributes: []}",
                "spec.allocations: expected 4 elements"
            ),
            (
                "IPAMBlock", "{cidr: 10.9.0.0/31, allocations: [0, null], attributes: []}",
                "spec.allocations[0]: expected null"
            ),
            ("IPAMBlock", "{cidr: 10.9.0.1/30}", "spec.cidr: "),
            ("IPAMHandle", "{block: {}}", "spec.handleID: expected a string"),
            ("IPAMHandle", "{handleID: a, block: {10.9: 1}}", "spec.block"),
            ("BlockAffinity", "{cidr: 10.9.0.0/26}", "spec.node: expected a string"),
            (
                "IPPool", "{cidr: 10.9.0.0/16, vxlanMode: CrossSubnet}",
                "spec.vxlanMode: expected Never, found \"CrossSubnet\""
            ),
        ])
    func mistakes(kind: String, spec: String, reason: String) async throws {
        try await withNode { node in
            let text = "apiVersion: crd.projectcalico.org/v1\nkind: \(kind)\nmetadata: {name: a}\nspec: \(spec)\n"
            let errors = try await node.refuse("import", "calico", "-", input: text)
            #expect(errors.hasPrefix("Error: stdin:4:") && errors.contains(reason), "\(errors)")
        }
    }

    @Test("of other nodes alone is refused, and says how to name this one")
    func others() async throws {
        try await withCalico { calico, _, _ in
            let done = try await calico.node.namespace.run(
                [Programs.operatorsTool, "import", "calico", "-", "--data-dir", calico.node.data, "--nodename", "n7"],
                input: Array(calico.export().utf8))
            #expect(
                done.errorText.contains("there is no IPAMBlock of node n7, but of n1\nHint: say by --nodename"),
                "\(done.errorText)")
        }
    }
}
