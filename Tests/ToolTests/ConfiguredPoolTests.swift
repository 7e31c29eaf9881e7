import TestKit
import Testing

@Suite("A pool of a network configuration")
struct ConfiguredPoolTests {
    @Test("may be hidden from other nodes and shown to them, unless the configuration says disableBGPExport itself")
    func export() async throws {
        try await withNode { node in
            func pool(_ words: Value) -> Value {
                let whole: Value = ["name": "pool", "cidr": "10.1.0.0/16"]
                return node.configuration().setting("ipam.pools", [whole.merging(words)])
            }
            let hide = #"{"spec": {"disableBGPExport": true}}"#
            try await node.add(try await node.pod(), configuration: pool([:]))
            try await node.ask("patch", "ippool", "pool", "-p", hide)
            try await node.add(try await node.pod(), configuration: pool([:]))
            let kept = try await node.ask("get", "ippool", "pool", "-o", "yaml")
            #expect(kept.contains("disableBGPExport: true"), "\(kept)")
            try await node.add(try await node.pod(), configuration: pool(["disableBGPExport": false]))
            let reason = try await node.refuse("patch", "ippool", "pool", "-p", hide)
            #expect(reason.contains("natOutgoing, disabled and disableBGPExport there"), "\(reason)")
        }
    }
}
