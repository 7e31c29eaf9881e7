import TestKit
import Testing

@Suite("A configured pool of which other nodes are not told")
struct UnannouncedPoolTests {
    private func configuration(on node: Node, _ changes: Value) -> Value {
        let pool: Value = ["name": "pool", "cidr": "10.244.0.0/30"]
        return node.configuration().setting("ipam.pools", [pool.merging(changes)])
    }

    private func exported(_ node: Node) async throws -> [Int] {
        try await node.ledger.rows("SELECT exported FROM pool ORDER BY name").compactMap { $0["exported"].integer }
    }

    @Test("may have blocks of one address: no blackhole, the pod's own route, and CHECK, DEL and audit find no fault")
    func singleAddresses() async throws {
        try await withNode { node in
            let pools: Value = [
                ["name": "four", "cidr": "10.244.0.0/30", "blockSize": 32, "disableBGPExport": true],
                ["name": "six", "cidr": "fd00:10:244::/126", "blockSize": 128, "disableBGPExport": true],
            ]
            let configuration = node.dualStackConfiguration().setting("ipam.pools", pools)
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: configuration)
            #expect(result.resultAddresses == ["10.244.0.0/32", "fd00:10:244::/128"])
            try await expectEqual(node.ledger.blocks().map(\.cidr), ["10.244.0.0/32", "fd00:10:244::/128"])
            try await expectEqual(node.namespace.blackholes(), [])
            let link = try result.resultHostLink()
            for address in result.resultAddresses {
                try await expectEqual(node.namespace.routes(to: address).map(\.device), [link])
            }
            #expect(try await node.namespace.pings("10.244.0.0"))
            #expect(try await node.check(pod, result: result, configuration: configuration).succeeded)
            try await expectEqual(node.audit().findings, [])
            try await node.delete(pod, configuration: configuration)
            #expect(try await node.ledger.leases().isEmpty)
            try await expectEqual(node.namespace.routes().filter { $0.device == link }, [])
            // The freed addresses rest, with their blocks.
            try await expectEqual(node.audit().problems, [])
        }
    }

    @Test("is told again when the configuration says so, and stays as it was when it does not speak of it")
    func change() async throws {
        try await withNode { node in
            for (changes, isExported): (Value, Int) in [
                ([:], 1), (["disableBGPExport": true], 0), ([:], 0), (["disableBGPExport": false], 1), ([:], 1),
            ] {
                let pod = try await node.pod()
                let configuration = configuration(on: node, changes.merging(["blockSize": 30]))
                try await node.add(pod, configuration: configuration)
                try await expectEqual(exported(node), [isExported])
                try await node.delete(pod, configuration: configuration)
            }
        }
    }

    @Test("is not told while it has blocks of one address, and the error says which and what to do")
    func stillInUse() async throws {
        try await withNode { node in
            let hidden = configuration(on: node, ["blockSize": 32, "disableBGPExport": true])
            try await node.add(try await node.pod(), configuration: hidden)
            let before = try await node.snapshot()
            let told = configuration(on: node, ["blockSize": 31, "disableBGPExport": false])
            let error = try await node.cni(.add, try await node.pod(), configuration: told).error()
            #expect(error.whole.contains("10.244.0.0/32") && error.whole.contains("ipam check --fix"), "\(error)")
            try await node.expectUnchanged(since: before)
        }
    }
}
