import TestKit
import Testing

@Suite("A result of an earlier plugin of the chain")
struct PreviousResultTests {
    private static let earlier: Value = [
        "cniVersion": "1.0.0",
        "interfaces": [["name": "dummy0", "mac": "02:00:00:00:00:01"], ["name": "lo", "sandbox": "/some/where"]],
        "ips": [["address": "192.0.2.77/24", "gateway": "192.0.2.1", "interface": 1]],
        "routes": [["dst": "198.51.100.0/24", "gw": "192.0.2.1"]], "dns": ["nameservers": ["192.0.2.53"]],
    ]

    @Test("stands before Martlet's own, whose indexes are shifted")
    func merged() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let configuration = node.configuration(["prevResult": PreviousResultTests.earlier])
            let result = try await node.add(pod, configuration: configuration)
            #expect(result["interfaces"].elements.count == 4)
            #expect(result["interfaces"].elements.prefix(2) == PreviousResultTests.earlier["interfaces"].elements[...])
            #expect(result["interfaces"][3]["name"] == "eth0")
            #expect(result["ips"][0] == PreviousResultTests.earlier["ips"][0])
            #expect(result["ips"][1]["interface"] == 3)
            #expect(result["routes"].elements.first == PreviousResultTests.earlier["routes"][0])
            #expect(result["routes"].elements.contains { $0["dst"] == "0.0.0.0/0" && $0["gw"] == "169.254.1.1" })
            #expect(result["dns"] == PreviousResultTests.earlier["dns"])
        }
    }

    @Test("keeps what 1.1.0 knows and Martlet does not use")
    func unknownMembers() async throws {
        try await withNode { node in
            var earlier = PreviousResultTests.earlier.merging(["cniVersion": "1.1.0"])
            earlier["interfaces"] = [["name": "vf0", "pciID": "0000:04:00.5", "socketPath": "/run/x", "mtu": 1400]]
            earlier["ips"] = []
            earlier["routes"] = [["dst": "198.51.100.0/24", "mtu": 1300, "advmss": 1200, "priority": 7, "table": 9]]
            let configuration = node.configuration(["cniVersion": "1.1.0", "prevResult": earlier])
            let result = try await node.add(try await node.pod(), configuration: configuration)
            #expect(result["interfaces"][0] == earlier["interfaces"][0])
            #expect(result["routes"][0] == earlier["routes"][0])
        }
    }

    @Test("that cannot be decoded is error 6 or 7 on ADD and leaves nothing")
    func malformed() async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            for wrong: Value in ["text", 5, ["cniVersion": "1.0.0", "ips": [["address": "nonsense"]]]] {
                let configuration = node.configuration(["prevResult": wrong])
                let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
                #expect([6, 7].contains(error.code))
                #expect(error.whole.contains("prevResult"))
            }
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("of any kind does not hinder DEL")
    func deletion() async throws {
        for previous: Value in [nil, "text", ["cniVersion": "0.2.0"], ["cniVersion": "9.9.9"], ["ips": 5]] {
            try await withNode { node in
                let pod = try await node.pod()
                try await node.add(pod)
                try await node.delete(pod, configuration: node.configuration(["prevResult": previous]))
                #expect(try await node.ledger.leases().isEmpty, "\(previous)")
                try await expectEqual(pod.namespace.link("eth0"), nil, "\(previous)")
            }
        }
    }
}
