import TestKit
import Testing

@Suite("martlet-ipam under Debian's plugins")
struct OtherCallersTests {
    private func configuration(_ type: String, _ node: Node, _ ipam: Value = [:]) -> Value {
        let own: Value = [
            "type": "martlet-ipam", "data_dir": .string(node.data), "nodename": "n1",
            "pools": [["name": "pool", "cidr": "10.244.0.0/24"]], "routes": [["dst": "0.0.0.0/0"]],
        ]
        var configuration: Value = [
            "cniVersion": "1.0.0", "name": "others", "type": .string(type), "data_dir": .string(node.data),
            "nodename": .string(node.name), "ipam": own.setting("data_dir", nil).setting("nodename", nil).merging(ipam),
        ]
        switch type {
        case "bridge": configuration = configuration.merging(["bridge": "br0", "isGateway": true])
        case "macvlan": configuration = configuration.merging(["master": "up0", "mode": "bridge"])
        default: break
        }
        return configuration
    }

    @Test("gives the pool's length and its first usable address as gateway", arguments: ["ptp", "bridge", "macvlan"])
    func result(type: String) async throws {
        try await withNode { node in
            let configuration = configuration(type, node)
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: configuration)
            #expect(try #require(result.resultAddresses.first).hasSuffix("/24"))
            #expect(result["ips"][0]["gateway"] == "10.244.0.1")
            #expect(!["10.244.0.0", "10.244.0.1", "10.244.0.255"].contains(try result.resultAddress()))
            try await expectEqual(node.ledger.leases().map(\.address), [result.resultAddress()])
            try await node.check(pod, result: result, configuration: configuration).result()
            try await node.delete(pod, configuration: configuration)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test(
        "connects pods with each other, and with the host where there is one", arguments: ["ptp", "bridge", "macvlan"])
    func traffic(type: String) async throws {
        try await withNode { node in
            let configuration = configuration(type, node)
            let (one, two) = (try await node.pod(), try await node.pod())
            let first = try await node.add(one, configuration: configuration).resultAddress()
            let second = try await node.add(two, configuration: configuration).resultAddress()
            #expect(try await eventually { try await one.namespace.pings(second) })
            #expect(try await eventually { try await two.namespace.pings(first) })
            if type != "macvlan" {
                #expect(try await eventually { try await node.namespace.pings(first) })
                #expect(try await one.namespace.pings("10.244.0.1"))
            }
        }
    }

    @Test("CHECK fails when the lease is gone", arguments: ["ptp", "bridge", "macvlan"])
    func check(type: String) async throws {
        try await withNode { node in
            let configuration = configuration(type, node)
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: configuration)
            try await node.ledger.forgetLeases()
            let error = try await node.check(pod, result: result, configuration: configuration).error()
            #expect(error.whole.contains("lease"))
        }
    }

    @Test("answers by itself with an IPAM result: no interfaces, no index")
    func alone() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let configuration = configuration("ptp", node)
            let result = try await node.cni(.add, pod, plugin: "martlet-ipam", configuration: configuration).result()
            #expect(result["interfaces"] == .null || result["interfaces"] == [])
            #expect(result["ips"].elements.count == 1)
            #expect(result["ips"][0]["interface"] == .null)
            #expect(result["routes"] == [["dst": "0.0.0.0/0"]] || result["routes"][0]["gw"] == "10.244.0.1")
            try await node.cni(.delete, pod, plugin: "martlet-ipam", configuration: configuration).result()
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("takes ipam.gateway and ipam.prefix_length as configured")
    func configured() async throws {
        try await withNode { node in
            let configuration = configuration("ptp", node, ["gateway": "10.244.0.254", "prefix_length": 25])
            let wrong = try await node.cni(.add, try await node.pod(), configuration: configuration)
            // .254 is outside the first /25: said, not wired wrongly.
            #expect(!wrong.succeeded)
            let right = configuration.setting("ipam.gateway", "10.244.0.100")
            let result = try await node.add(try await node.pod(), configuration: right)
            #expect(try #require(result.resultAddresses.first).hasSuffix("/25"))
            #expect(result["ips"][0]["gateway"] == "10.244.0.100")
        }
    }

    @Test("never gives the gateway, the first or the last address to a pod, not even when asked")
    func reserved() async throws {
        try await withNode { node in
            let pools: Value = [["name": "pool", "cidr": "10.244.0.0/29", "blockSize": 29]]
            let ptp = configuration("ptp", node, ["pools": pools])
            var all: Set<String> = []
            for _ in 0..<5 { all.insert(try await node.add(node.pod(), configuration: ptp).resultAddress()) }
            #expect(all == ["10.244.0.2", "10.244.0.3", "10.244.0.4", "10.244.0.5", "10.244.0.6"])
            for args in ["", "IP=10.244.0.0", "IP=10.244.0.1", "IP=10.244.0.7"] {
                #expect(try await !node.cni(.add, node.pod(), args: args, configuration: ptp).succeeded, "\(args)")
            }
        }
    }

    @Test("never gives the gateway, the first or the last address to a pod of Martlet's own in the same pool")
    func reservedForOwn() async throws {
        try await withNode { node in
            let pools: Value = [["name": "pool", "cidr": "10.244.0.0/28", "blockSize": 29]]
            let ptp = configuration("ptp", node, ["pools": pools])
            try await node.add(try await node.pod(), configuration: ptp)
            let own = node.configuration().setting("ipam.pools", pools)
            var all: Set<String> = []
            for _ in 0..<7 { all.insert(try await node.add(node.pod(), configuration: own).resultAddress()) }
            #expect(all.isDisjoint(with: ["10.244.0.0", "10.244.0.1", "10.244.0.15"]))
            for args in ["", "IP=10.244.0.1", "IP=10.244.0.15"] {
                #expect(try await !node.cni(.add, node.pod(), args: args, configuration: own).succeeded, "\(args)")
            }
        }
    }

    @Test("needs gateway and prefix_length on a pool that another node shares: error 7 that names them")
    func shared() async throws {
        try await withNode { node in
            let other = try await node.neighbour("n2")
            try await other.add(try await other.pod(), configuration: configuration("ptp", other))
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration("ptp", node))
                .error()
            #expect(error.code == 7)
            #expect(error.whole.contains("ipam.gateway") && error.whole.contains("ipam.prefix_length"))
            let block: Value = ["gateway": "10.244.0.65", "prefix_length": 26]
            let result = try await node.add(try await node.pod(), configuration: configuration("ptp", node, block))
            #expect(try #require(result.resultAddresses.first).hasSuffix("/26"))
            #expect(result["ips"][0]["gateway"] == "10.244.0.65")
        }
    }

    @Test("refuses a prefix_length that is none", arguments: [0, 33, -1])
    func badLength(length: Int) async throws {
        try await withNode { node in
            let configuration = configuration(
                "ptp", node, ["gateway": "10.244.0.1", "prefix_length": .integer(length)])
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
            #expect(error.code == 7)
            #expect(error.whole.contains("prefix_length"))
        }
    }

    @Test("is undone when the caller's ADD fails")
    func failure() async throws {
        try await withNode { node in
            let configuration = configuration("macvlan", node).merging(["master": "no-such-device"])
            let pod = try await node.pod()
            #expect(try await !node.cni(.add, pod, configuration: configuration).succeeded)
            _ = try await node.cni(.delete, pod, configuration: configuration)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("serves both families to ptp")
    func dualStack() async throws {
        try await withNode { node in
            let pools: Value = [
                ["name": "four", "cidr": "10.244.0.0/24"], ["name": "six", "cidr": "fd00:10:244::/64"],
            ]
            let both: Value = ["pools": pools, "assign_ipv6": true, "routes": []]
            let configuration = configuration("ptp", node, both)
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: configuration)
            #expect(result.resultAddresses.count == 2)
            #expect(result.resultAddresses.contains { $0.hasSuffix("/64") })
            try await node.check(pod, result: result, configuration: configuration).result()
            try await node.delete(pod, configuration: configuration)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }
}
