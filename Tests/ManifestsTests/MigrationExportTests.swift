import Addressing
import Manifests
import Resources
import Testing

@Suite("What calicoctl datastore migrate export prints") struct MigrationExportTests {
    private static let file = "calicoctl-migrate-export.txt"

    /// The file's lines, the line feed of each with it.
    private func lines() throws -> [String] {
        String(decoding: try fixture(Self.file), as: UTF8.self).split(separator: "\n").map { "\($0)\n" }
    }

    private func refusal(of text: String) -> String {
        do throws(ManifestError) {
            _ = try CalicoExport.read(Array(text.utf8), file: "f")
            return ""
        } catch { return error.description }
    }

    @Test("Pools are read from its manifests; of everything else its kind is known") func manifests() throws {
        let export = try CalicoExport.read(try fixture(Self.file), file: Self.file)
        #expect(export.pools.map(\.name) == ["default-ipv4-ippool", "default-ipv6-ippool"])
        #expect(export.pools.map(\.blockSize) == [30, 126])
        #expect(
            export.otherKinds == [
                "GlobalNetworkPolicy", "Node", "FelixConfiguration", "ClusterInformation", "IPAMConfig",
            ])
    }

    @Test("Blocks, handles and affinities are read from the IPAM's records, with the names of Kubernetes's nodes")
    func records() throws {
        let export = try CalicoExport.read(try fixture(Self.file), file: Self.file)
        #expect(export.blocks.map(\.cidr.description) == ["10.244.1.0/30", "10.244.1.4/30", "fd00:10:244::/126"])
        #expect(export.blocks.map(\.host) == ["worker-1", nil, "worker-1"])
        let web = export.blocks[0].allocations[1]
        #expect(export.blocks[0].allocations.map(\.address.description) == ["10.244.1.0", "10.244.1.2"])
        #expect(web.handle == "k8s-pod-network.web" && web.node == "worker-1")
        #expect(web.namespace == "default" && web.pod == "web")
        #expect(export.blocks[1].allocations.map(\.handle) == [nil])
        #expect(export.blocks[2].allocations.map(\.address.description) == ["fd00:10:244::3"])
        #expect(export.handles.map(\.name) == ["ipip-tunnel-addr-worker-1", "k8s-pod-network.web"])
        #expect(export.handles[1].blocks.map(\.description) == ["10.244.1.0/30", "fd00:10:244::/126"])
        #expect(
            export.affinities.map { "\($0.cidr) \($0.node) \($0.isConfirmed)" } == [
                "10.244.1.0/30 worker-1 true", "10.244.1.8/30 worker-2 false", "fd00:10:244::/126 worker-1 true",
            ])
    }

    @Test("The same as custom resources read as the same") func customResources() throws {
        let export = try CalicoExport.read(try fixture(Self.file), file: Self.file)
        let text = """
            apiVersion: crd.projectcalico.org/v1
            kind: IPAMBlock
            spec:
              affinity: host:worker-1
              allocations: [null, null, null, 0]
              attributes: [{handle_id: k8s-pod-network.web, secondary: {namespace: default, node: worker-1, pod: web}}]
              cidr: fd00:10:244::/126
            ---
            apiVersion: crd.projectcalico.org/v1
            kind: BlockAffinity
            spec: {cidr: 10.244.1.8/30, deleted: "false", node: worker-2, state: pendingDeletion}
            ---
            apiVersion: crd.projectcalico.org/v1
            kind: IPAMHandle
            spec: {block: {10.244.1.0/30: 1}, deleted: false, handleID: ipip-tunnel-addr-worker-1}
            """
        let custom = try CalicoExport.read(Array(text.utf8), file: "f")
        #expect(custom.blocks == [export.blocks[2]])
        #expect(custom.affinities == [export.affinities[1]])
        #expect(custom.handles == [export.handles[0]])
    }

    @Test("An etcd without any address has no records") func empty() throws {
        let before = try lines().prefix { $0 != "{\n" }.joined()
        let cluster = #"{"kind": "ClusterInformation", "apiVersion": "projectcalico.org/v3", "spec": {}}"#
        let export = try CalicoExport.read(Array("\(before)\(cluster)\n===\n{}\n".utf8), file: "f")
        #expect(export.pools.count == 2 && export.blocks.isEmpty && export.otherKinds.last == "ClusterInformation")
    }

    @Test("Lines of Windows are taken") func windows() throws {
        let text = try lines().joined().replacing("\n", with: "\r\n")
        let whole = try CalicoExport.read(try fixture(Self.file), file: "f")
        #expect(try CalicoExport.read(Array(text.utf8), file: "f") == whole)
    }

    @Test(
        "A mistake has its line and column in the whole file",
        arguments: [
            ("    ipipMode: Never\n", "    ipipMode: Always\n", "f:14:15: spec.ipipMode: expected Never"),
            (#"  "kind": "ClusterInformation","#, #"  "kind": "Node","#, "f:138:11: kind: expected ClusterInformation"),
            (#"  "blocks": ["#, #"  "block": ["#, "f:181:3: block: unknown field, did you mean blocks?"),
            (
                "        \"allocations\": [\n          0,", "        \"allocations\": [\n          7,",
                "f:188:11: blocks[0].Value.allocations[0]: expected null or the number of one of 2 attributes, found 7"
            ),
            (#""cidr": "fd00:10:244::/126""#, #""cidr": "fd00:10:244::1/126""#, "f:257:17: blocks[2].Value.cidr: "),
            (
                "/calico/ipam/v2/host/worker-2/ipv4/block/10.244.1.8-30", "/calico/ipam/v2/host/worker-2",
                "f:165:14: block_affinities[1].Key: expected /calico/ipam/v2/host/NODE/ipv4/block/ADDRESS-LENGTH, found"
            ),
            ("block/10.244.1.8-30", "block/10.244.1.8-28", "f:165:14: block_affinities[1].Key: "),
            (
                "/calico/ipam/v2/handle/k8s", "/calico/handle/k8s",
                "f:302:14: handles[1].Key: expected /calico/ipam/v2/handle/NAME, found"
            ),
            (#""10.244.1.0/30": 1,"#, #""10.244/30": 1,"#, "f:305:11: handles[1].Value.block[\"10.244/30\"]: "),
            (
                "\n===\n{\n  \"kind\"", "\n===\n===\n{\n  \"kind\"",
                "f:154:1: expected three parts with a line of === before the second and the third, as calicoctl datastore "
                    + "migrate export prints them, found 4: give one export alone"
            ),
            ("\n===\n{\n  \"block_aff", "\n{\n  \"block_aff", "found 2: the file is cut off, export again"),
            ("\n===\n{\n  \"kind\"", "\n{\n  \"kind\"", "found 2: the file is cut off, export again"),
        ])
    func mistakes(right: String, wrong: String, message: String) throws {
        let text = try lines().joined()
        let range = try #require(text.range(of: right))
        let found = refusal(of: text.replacingCharacters(in: range, with: wrong))
        #expect(found.hasPrefix(message) || message.hasPrefix("found") && found.hasSuffix(message), "\(found)")
    }

    @Test("Parts in another order are refused where they stand") func order() throws {
        let parts = try lines().joined().split(separator: "===\n").map(String.init)
        func refusal(_ order: [Int]) -> String { self.refusal(of: order.map { parts[$0] }.joined(separator: "===\n")) }
        #expect(refusal([0, 1, 2]) == "")
        #expect(refusal([0, 2, 1]).hasPrefix("f:137:1: apiVersion: expected projectcalico.org/v3"))
        #expect(refusal([1, 0, 2]).contains("f:18:1: expected the ClusterInformation behind the line of ===, found "))
        #expect(refusal([2, 1, 0]).hasPrefix("f:1:1: apiVersion: expected projectcalico.org/v3"))
        #expect(refusal([0, 1, 1]).contains("f:155:3: kind: unknown field, expected one of block_affinities, blocks"))
    }

    @Test("A file that is cut off behind its first part is refused wherever that is") func cut() throws {
        let lines = try lines()
        let first = try #require(lines.firstIndex(of: "===\n"))
        for count in first + 1..<lines.count {
            let found = refusal(of: lines[..<count].joined())
            #expect(found.hasPrefix("f:"), "after \(count) lines")
        }
        let second = try #require(lines.lastIndex(of: "===\n"))
        #expect(
            refusal(of: lines[...second].joined())
                == "f:154:1: expected the records of the IPAM, one object in JSON, behind the line of ===, found nothing: "
                + "export again")
    }
}
