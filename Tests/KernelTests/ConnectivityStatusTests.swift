import TestKit
import Testing

extension Node {
    /// STATUS of the configuration in the version that brought it.
    fileprivate func status(_ configuration: Value) async throws -> Outcome {
        try await cni(.status, configuration: configuration.merging(["cniVersion": "1.1.0"]))
    }

    /// STATUS that must be this error and change nothing; answers what it says.
    fileprivate func statusError(
        _ configuration: Value, _ code: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let before = try await snapshot()
        let error = try await status(configuration).error()
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        try await expectUnchanged(since: before, sourceLocation: sourceLocation)
        return error.whole
    }
}

@Suite("STATUS on a host that does not forward, which Martlet is told to leave so")
struct ForwardingStatusTests {
    private let forwarding = "net/ipv4/ip_forward"
    private let forwarding6 = "net/ipv6/conf/all/forwarding"
    private let leave: Value = ["ip_forward": "leave"]

    @Test("is error 50 that names key, sysctl and repair, as long as no pod runs")
    func withoutPods() async throws {
        try await withNode { node in
            let text = try await node.statusError(node.configuration(leave), 50)
            for word in ["ip_forward", "leave", "net.ipv4.ip_forward", "sysctl -w", "auto"] {
                #expect(text.contains(word), "\(text)")
            }
            try await node.namespace.setSysctl(forwarding, "1")
            try await node.status(node.configuration(leave)).result()
        }
    }

    @Test("is error 51 while a pod runs, and 50 again after its DEL")
    func withPods() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod, configuration: node.configuration(leave))
            let text = try await node.statusError(node.configuration(leave), 51)
            #expect(text.contains("net.ipv4.ip_forward") && text.contains("auto"), "\(text)")
            try await node.namespace.setSysctl(forwarding, "1")
            try await node.status(node.configuration(leave)).result()
            try await node.namespace.setSysctl(forwarding, "0")
            try await node.delete(pod, configuration: node.configuration(leave))
            _ = try await node.statusError(node.configuration(leave), 50)
        }
    }

    @Test("is about the families that are in use: IPv6 of a pod is error 51, of the next one 50, of none well")
    func families() async throws {
        try await withNode { node in
            try await node.namespace.setSysctl(forwarding, "1")
            let both = node.dualStackConfiguration(leave)
            let four = both.setting("ipam.assign_ipv6", false)
            try await node.add(try await node.pod(), configuration: four)
            try await node.status(four).result()
            #expect(try await node.statusError(both, 50).contains("net.ipv6.conf.all.forwarding"))
            try await node.add(try await node.pod(), configuration: both)
            #expect(try await node.statusError(both, 51).contains("net.ipv6.conf.all.forwarding"))
            try await node.namespace.setSysctl(forwarding6, "1")
            try await node.status(both).result()
        }
    }

    @Test("is well with ip_forward auto: the next ADD switches it on")
    func auto() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            try await node.namespace.setSysctl(forwarding, "0")
            try await node.status(node.configuration()).result()
        }
    }

    @Test("is error 51 rather than 50 when no address is left either")
    func exhausted() async throws {
        try await withNode { node in
            let tiny = node.configuration(leave).setting(
                "ipam.pools", [["name": "tiny", "cidr": "10.244.0.0/31", "blockSize": 31]])
            for _ in 0..<2 { try await node.add(try await node.pod(), configuration: tiny) }
            _ = try await node.statusError(tiny, 51)
        }
    }

    @Test("is error 50 when the leases are those of pods that went with the last boot, or of another network's")
    func others() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod, configuration: node.configuration(leave))
            _ = try await node.statusError(node.configuration(leave, name: "others"), 50)
            try await pod.namespace.ip("link del eth0")
            try await node.ledger.pretendReboot()
            _ = try await node.statusError(node.configuration(leave), 50)
        }
    }
}

@Suite("STATUS when the nftables table is not as it should be")
struct TableStatusTests {
    private func configuration(_ node: Node, name: String = "pods") -> Value {
        node.configuration(name: name).setting(
            "ipam.pools", [["name": "pool", "cidr": "10.244.0.0/16", "natOutgoing": true]])
    }

    @Test(
        "is error 51 that names it while a pod of a natOutgoing pool runs, and well after the next ADD",
        arguments: [
            "flush ruleset", "flush table inet martlet", "delete table inet martlet",
            "flush chain inet martlet postrouting", "insert rule inet martlet postrouting accept",
        ])
    func masquerading(_ command: String) async throws {
        try await withNode { node in
            try await node.add(try await node.pod(), configuration: configuration(node))
            try await node.status(configuration(node)).result()
            try await node.namespace.must("/usr/sbin/nft", command)
            let text = try await node.statusError(configuration(node), 51)
            #expect(text.contains("inet martlet") && text.contains("natOutgoing") && text.contains("ADD"), "\(text)")
            try await node.add(try await node.pod(), configuration: configuration(node))
            try await node.status(configuration(node)).result()
        }
    }

    @Test("is error 51 while a pod with IPv6 runs, whose sources nobody guards then")
    func guarding() async throws {
        try await withNode { node in
            let both = node.dualStackConfiguration()
            try await node.add(try await node.pod(), configuration: both)
            try await node.status(both).result()
            try await node.namespace.must("/usr/sbin/nft", "flush chain inet martlet prerouting")
            #expect(try await node.statusError(both, 51).contains("IPv6"))
        }
    }

    @Test("is well where no running pod needs it: on a new node, after the last DEL, and after a reboot")
    func unneeded() async throws {
        try await withNode { node in
            try await node.status(configuration(node)).result()
            let pod = try await node.pod()
            try await node.add(pod, configuration: configuration(node))
            try await node.namespace.must("/usr/sbin/nft", "flush", "ruleset")
            _ = try await node.statusError(configuration(node), 51)
            try await pod.namespace.ip("link del eth0")
            try await node.ledger.pretendReboot()
            try await node.status(configuration(node)).result()
            try await node.delete(pod, configuration: configuration(node))
            try await node.status(configuration(node)).result()
        }
    }

    @Test("is well for a network whose pools need no table, whatever another's do")
    func otherNetwork() async throws {
        try await withNode { node in
            let plain = node.configuration(name: "plain").setting(
                "ipam.pools", [["name": "plain", "cidr": "10.250.0.0/16"]])
            try await node.add(try await node.pod(), configuration: configuration(node))
            try await node.add(try await node.pod(), configuration: plain)
            try await node.namespace.must("/usr/sbin/nft", "flush", "ruleset")
            try await node.status(plain).result()
            _ = try await node.statusError(configuration(node), 51)
        }
    }

    @Test("is well with a table from before another network brought its pool: it serves the pods it was made for")
    func olderTable() async throws {
        try await withNode { node in
            try await node.add(try await node.pod(), configuration: configuration(node))
            let plain = node.configuration(name: "plain").setting(
                "ipam.pools", [["name": "plain", "cidr": "10.250.0.0/16"]])
            try await node.add(try await node.pod(), configuration: plain)
            try await node.status(configuration(node)).result()
        }
    }
}
