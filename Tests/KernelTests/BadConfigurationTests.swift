import TestKit
import Testing

/// A change to a good configuration, the codes that may answer, and what the error must name.
struct Mistake: Sendable, CustomTestStringConvertible {
    let path: String
    let value: Value
    let codes: Set<Int>
    let names: [String]

    /// - Parameter names: what the error names besides the last part of the path.
    init(_ path: String, _ value: Value, _ codes: Set<Int> = [7], _ names: [String] = []) {
        self.path = path
        self.value = value
        self.codes = codes
        self.names = names + [String(path.split(separator: ".").last ?? "")]
    }

    var testDescription: String { "\(path) = \(value)" }
}

@Suite("A bad configuration")
struct BadConfigurationTests {
    @Test("is an error that names the key, and leaves nothing", arguments: BadConfigurationTests.mistakes)
    func mistake(_ mistake: Mistake) async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            let pod = try await node.pod()
            let configuration = node.configuration().setting(mistake.path, mistake.value)
            let error = try await node.cni(.add, pod, plugin: "martlet", configuration: configuration).error()
            #expect(mistake.codes.contains(error.code), "\(error)")
            for name in mistake.names { #expect(error.whole.contains(name), "\(error) does not name \(name)") }
            try await node.expectUnchanged(since: before)
            try await expectEqual(pod.namespace.links().map(\.name), ["lo"])
        }
    }

    private static let undecodable: Set = [6, 7]

    static let mistakes = standard + scalars + pools

    private static let standard = [
        Mistake("name", nil), Mistake("name", ""), Mistake("name", "a/b"), Mistake("name", "-x"),
        Mistake("name", "a b"),
        Mistake("name", "../x"), Mistake("name", 5, undecodable), Mistake("type", nil), Mistake("type", ""),
        Mistake("type", "calico"), Mistake("type", 5, undecodable), Mistake("cniVersion", 1, [1, 6, 7]),
        Mistake("ipam", nil), Mistake("ipam", "martlet-ipam", undecodable), Mistake("ipam", [], undecodable),
        Mistake("ipam.type", nil), Mistake("ipam.type", ""), Mistake("ipam.type", 5, undecodable),
        Mistake("ipam.type", "no-such-ipam", [5, 7, 105], ["no-such-ipam"]),
        Mistake("runtimeConfig", "x", undecodable),
        Mistake("runtimeConfig", ["ips": 5], undecodable, ["ips"]),
        Mistake("runtimeConfig", ["mac": 5], undecodable, ["mac"]), Mistake("args", 5, undecodable),
    ]

    private static let scalars = [
        Mistake("mtu", "large", undecodable), Mistake("mtu", -1), Mistake("mtu", 67), Mistake("mtu", 65536),
        Mistake("mtu", 1500.5, undecodable), Mistake("mtu", [], undecodable),
        Mistake("data_dir", 5, undecodable), Mistake("data_dir", "relative/path"),
        Mistake("ipam.data_dir", "/var/lib/elsewhere", [7], ["beside ipam"]),
        Mistake("nodename", 5, undecodable),
        Mistake("log_level", "loud", undecodable, ["loud"]), Mistake("log_file_max_size", "x", undecodable),
        Mistake("log_file_max_size", -1), Mistake("ip_forward", "perhaps", undecodable, ["perhaps", "auto", "leave"]),
        Mistake("route_protocol", 256), Mistake("route_protocol", "x", undecodable), Mistake("route_protocol", 0),
        Mistake("container_settings", 5, undecodable),
        Mistake("container_settings.allow_ip_forwarding", "perhaps", undecodable),
    ]

    private static let pools = [
        Mistake("ipam.assign_ipv4", "perhaps", undecodable), Mistake("ipam.assign_ipv6", 5, undecodable),
        Mistake("ipam.assign_ipv4", false), Mistake("ipam.assign_ipv6", true, [7, 107]),
        Mistake("ipam.ipv4_pools", ["no-such-pool"], [7], ["no-such-pool"]), Mistake("ipam.ipv4_pools", 5, undecodable),
        Mistake("ipam.ipv4_pools", ["10.9.0.0/16"], [7], ["10.9.0.0/16"]),
        Mistake("ipam.node_range", "10.9.0.0/24", [7, 107], ["10.9.0.0/24"]),
        Mistake("ipam.node_range", "x", undecodable),
        Mistake("ipam.node_range", "10.244.0.1/24", undecodable, ["10.244.0.0/24"]),
        Mistake("ipam.reservations", ["10.244.0.1/24"], undecodable, ["10.244.0.0/24"]),
        Mistake("ipam.max_blocks_per_host", -1),
        Mistake("ipam.rest_seconds", -1), Mistake("ipam.rest_seconds", "x", undecodable),
        Mistake("ipam.gateway", "x", undecodable),
        Mistake("ipam.routes", 5, undecodable),
        Mistake("ipam.routes", [["dst": "x"]], undecodable), Mistake("ipam.routes", [["gw": "10.0.0.1"]], undecodable),
        Mistake("ipam.pools", nil, [11]), Mistake("ipam.pools", [], [11]),
        Mistake("ipam.pools", "10.244.0.0/16", undecodable),
        Mistake("ipam.pools", [["name": "p"]], [6, 7], ["cidr"]),
        Mistake("ipam.pools", [["cidr": "10.244.0.0/16"]], [6, 7], ["name"]),
        pool(["cidr": "10.244.0.1/16"], ["10.244.0.0/16"]), pool(["cidr": "10.244.0.0"]),
        pool(["cidr": "10.244.0.0/33"]),
        pool(["cidr": "010.244.0.0/16"]), pool(["cidr": "10.244.0.0/16 "]), pool(["cidr": "fd00::1/64"], ["fd00::/64"]),
        pool(["cidr": "10.244.0.0/27"], ["10.244.0.0/27", "26"]), pool(["cidr": "fd00::/123"], ["fd00::/123", "122"]),
        pool(["blockSize": 19], ["blockSize"]), pool(["blockSize": 32], ["blockSize"]),
        pool(["blockSize": "x"], ["blockSize"]),
        pool(["cidr": "fd00::/64", "blockSize": 115], ["blockSize"]),
        pool(["cidr": "fd00::/64", "blockSize": 128], ["blockSize"]),
        pool(["blockSize": 32, "disableBGPExport": false], ["at most 31", "disableBGPExport"]),
        pool(["blockSize": 33, "disableBGPExport": true], ["blockSize", "32"]),
        pool(["natOutgoing": "perhaps"], ["natOutgoing"]), pool(["disabled": 5], ["disabled"]),
        pool(["disableBGPExport": 5], ["disableBGPExport"]),
        pool(["name": ""], ["name"]), pool(["cidr": "127.0.0.0/16"]), pool(["cidr": "224.0.0.0/16"]),
        pool(["cidr": "0.0.0.0/0"]), pool(["cidr": "fe80::/64"]), pool(["cidr": "169.254.0.0/16"]),
        Mistake(
            "ipam.pools", [["name": "a", "cidr": "10.0.0.0/16"], ["name": "b", "cidr": "10.0.1.0/24"]], [7],
            ["10.0.0.0/16", "10.0.1.0/24"]),
        Mistake("ipam.pools", [["name": "a", "cidr": "10.0.0.0/16"], ["name": "b", "cidr": "10.0.0.0/16"]], [7]),
        Mistake(
            "ipam.pools", [["name": "a", "cidr": "10.0.0.0/16"], ["name": "a", "cidr": "10.1.0.0/16"]], [7], ["name"]),
        Mistake(
            "ipam.pools",
            [
                ["name": "a", "cidr": "fd00::/48"], ["name": "f", "cidr": "10.0.0.0/16"],
                ["name": "b", "cidr": "fd00:0:0:1::/64"],
            ],
            [7], ["fd00::/48"]),
    ]

    /// One pool with a mistake in it.
    private static func pool(_ changes: Value, _ names: [String] = []) -> Mistake {
        let base: Value = ["name": "pool", "cidr": "10.244.0.0/16"]
        return Mistake("ipam.pools", [base.merging(changes)], [6, 7], names)
    }

    @Test("whose pool overlaps one that the ledger has already is an error that names both")
    func overlapsLedger() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            let before = try await node.snapshot()
            let other = node.configuration(name: "other").setting(
                "ipam.pools", [["name": "wide", "cidr": "10.0.0.0/8"]])
            let error = try await node.cni(.add, try await node.pod(), configuration: other).error()
            #expect(error.whole.contains("10.0.0.0/8") && error.whole.contains("10.244.0.0/16"))
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("whose pool has changed its CIDR or block size under a name with pods is an error that says so")
    func changedPool() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            for pool: Value in [
                ["name": "pool", "cidr": "10.245.0.0/16"], ["name": "pool", "cidr": "10.244.0.0/16", "blockSize": 28],
            ] {
                let before = try await node.snapshot()
                let changed = node.configuration().setting("ipam.pools", [pool])
                let outcome = try await node.cni(.add, try await node.pod(), configuration: changed)
                // Either honoured, with blocks that do not overlap, or refused by name; never two owners of one address.
                if outcome.succeeded {
                    #expect(Set(try await node.ledger.leases().map(\.address)).count == 2)
                } else {
                    #expect(try outcome.error().whole.contains("pool"))
                    try await node.expectUnchanged(since: before)
                }
            }
        }
    }

    @Test("over the node's own network is an error that names it")
    func ownNetwork() async throws {
        try await withNode([.defaultRoute]) { node in
            let before = try await node.snapshot()
            let configuration = node.configuration().setting(
                "ipam.pools", [["name": "pool", "cidr": "192.0.2.0/24"]])
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
            #expect(error.whole.contains("192.0.2.0/24"))
            try await node.expectUnchanged(since: before, ignoring: [.files])
            try await expectEqual(node.namespace.blackholes(), [])
        }
    }
}
