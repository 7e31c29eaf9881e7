import TestKit
import Testing

@Suite("Another plugin's IPAM")
struct DelegationTests {
    private func hostLocal(_ node: Node, _ range: Value = [:]) -> Value {
        let ipam: Value = [
            "type": "host-local", "subnet": "10.1.0.0/24", "dataDir": .string("\(node.folder.path)/host-local"),
            "routes": [["dst": "0.0.0.0/0"]],
        ]
        return node.configuration(["ipam": ipam.merging(range)])
    }

    private func leases(_ node: Node) -> [String] {
        entries(of: "\(node.folder.path)/host-local/pods").filter { $0.hasPrefix("10.") }.sorted()
    }

    @Test("host-local gives the address, and its length and gateway are kept in the result")
    func hostLocal() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: hostLocal(node))
            #expect(result.resultAddresses == ["10.1.0.2/24"])
            #expect(result["ips"][0]["gateway"] == "10.1.0.1")
            #expect(result["ips"][0]["interface"] == 1)
            #expect(result["interfaces"][1]["sandbox"] == .string(pod.path))
            #expect(leases(node) == ["10.1.0.2"])
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("wires as ever: the host, other pods and the pod itself reach each other")
    func wiring() async throws {
        try await withNode { node in
            let (one, two) = (try await node.pod(), try await node.pod())
            let first = try await node.add(one, configuration: hostLocal(node)).resultAddress()
            let second = try await node.add(two, configuration: hostLocal(node)).resultAddress()
            #expect(try await node.namespace.pings(first))
            #expect(try await one.namespace.pings(second))
            #expect(try await two.namespace.pings("192.0.2.10"))
        }
    }

    @Test(
        "CHECK is content, with host-local and with static, whose gateway must be in the result",
        arguments: ["host-local", "static"])
    func check(type: String) async throws {
        try await withNode { node in
            let configuration = type == "static" ? fixed(node) : hostLocal(node)
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: configuration)
            try await node.check(pod, result: result, configuration: configuration).result()
            try await pod.namespace.ip("link set eth0 mtu 1300")
            #expect(try await !node.check(pod, result: result, configuration: configuration).succeeded)
        }
    }

    @Test(
        "CHECK names a permanent neighbour that the pod has lost, of either family",
        arguments: ["169.254.1.1", "fe80::ecee:eeff:feee:eeee"])
    func neighbour(gateway: String) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: fixed(node))
            try await node.check(pod, result: result, configuration: fixed(node)).result()
            try await pod.namespace.ip("neigh del \(gateway) dev eth0")
            let error = try await node.check(pod, result: result, configuration: fixed(node)).error()
            #expect(error.code == 103)
            #expect(error.whole.contains("neighbour \(gateway)"), "\(error)")
        }
    }

    @Test("CHECK names a neighbour whose MAC is another one, on the host and in the pod")
    func neighbourMAC() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: hostLocal(node))
            let (host, address) = (try result.resultHostLink(), try result.resultAddress())
            try await node.namespace.ip("neigh replace \(address) lladdr 02:00:00:00:00:96 dev \(host)")
            try await pod.namespace.ip("neigh replace 169.254.1.1 lladdr 02:00:00:00:00:98 dev eth0 nud permanent")
            let error = try await node.check(pod, result: result, configuration: hostLocal(node)).error()
            #expect(error.whole.contains("neighbour \(address)"), "\(error)")
            #expect(error.whole.contains("neighbour 169.254.1.1"), "\(error)")
        }
    }

    @Test("CHECK is content with neighbours that the kernel forgot when a later plugin changed the MAC")
    func laterMAC() async throws {
        try await withNode { node in
            let tuning: Value = ["type": "tuning", "mac": "02:00:00:00:00:42"]
            let chain = Chain(on: node, [fixed(node), tuning])
            let pod = try await node.pod()
            let result = try await chain.add(pod)
            let permanent = try await pod.namespace.neighbours().filter { $0.state.contains("PERMANENT") }
            #expect(!permanent.contains { $0.address == "169.254.1.1" })
            try await expectEqual(chain.check(pod, result: result), nil)
        }
    }

    @Test("CHECK is content with a MAC that the runtime asked for")
    func requestedMAC() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let configuration = hostLocal(node).merging(["runtimeConfig": ["mac": "02:11:22:33:44:55"]])
            let result = try await node.add(pod, configuration: configuration)
            #expect(result["interfaces"][1]["mac"] == "02:11:22:33:44:55")
            try await node.check(pod, result: result, configuration: configuration).result()
        }
    }

    private func fixed(_ node: Node) -> Value {
        node.configuration([
            "ipam": [
                "type": "static",
                "addresses": [
                    ["address": "10.77.0.5/24", "gateway": "10.77.0.1"],
                    ["address": "fd00:77::5/64", "gateway": "fd00:77::1"],
                ],
                "routes": [["dst": "0.0.0.0/0"], ["dst": "::/0"]],
                "dns": ["nameservers": ["192.0.2.53"], "domain": "static.test"],
            ]
        ])
    }

    @Test("static gives both families, and its dns is kept")
    func fixedAddresses() async throws {
        try await withNode([.ipv6]) { node in
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: fixed(node))
            #expect(result.resultAddresses == ["10.77.0.5/24", "fd00:77::5/64"])
            #expect(result["ips"].elements.map { $0["gateway"] } == ["10.77.0.1", "fd00:77::1"])
            #expect(result["dns"] == ["nameservers": ["192.0.2.53"], "domain": "static.test"])
            #expect(try await node.namespace.pings("10.77.0.5"))
            #expect(try await node.namespace.pings("fd00:77::5"))
            try await node.delete(pod, configuration: fixed(node))
            try await expectEqual(node.namespace.links().map(\.name).sorted(), ["lo", "up0", "up1"])
        }
    }

    @Test("DEL frees the address and removes the link, with and without a namespace", arguments: [true, false])
    func deletion(hasPath: Bool) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let host = try await node.add(pod, configuration: hostLocal(node)).resultHostLink()
            let variables: [String: String?] = hasPath ? [:] : ["CNI_NETNS": ""]
            try await node.cni(.delete, pod, configuration: hostLocal(node), variables: variables).result()
            #expect(leases(node) == [])
            try await expectEqual(node.namespace.link(host), nil)
        }
    }

    @Test("when the wiring fails the address is given back before the error")
    func undo() async throws {
        try await withNode { node in
            try await node.namespace.ip("route add 10.1.0.2/32 dev up0")
            let before = try await node.snapshot()
            let pod = try await node.pod()
            let error = try await node.cni(.add, pod, configuration: hostLocal(node)).error()
            #expect(error.whole.contains("10.1.0.2"))
            #expect(leases(node) == [])
            try await node.expectUnchanged(since: before, ignoring: [.files])
            try await expectEqual(pod.namespace.links().map(\.name), ["lo"])
        }
    }

    @Test("when it has no address left, its code and message are the caller's, and nothing is left")
    func exhausted() async throws {
        try await withNode { node in
            let configuration = hostLocal(node, ["rangeStart": "10.1.0.9", "rangeEnd": "10.1.0.9"])
            try await node.add(try await node.pod(), configuration: configuration)
            let before = try await node.snapshot()
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
            #expect(error.whole.contains("no IP addresses available"))
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("that is not in CNI_PATH is an error that names it and the path, and leaves nothing")
    func missing() async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            let configuration = node.configuration(["ipam": ["type": "no-such-ipam"]])
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
            #expect(error.whole.contains("no-such-ipam") && error.whole.contains("CNI_PATH"))
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("with a path in its name is refused", arguments: ["../host-local", "/usr/lib/cni/host-local", "a/b", ".."])
    func traversal(type: String) async throws {
        try await withNode { node in
            let configuration = node.configuration(["ipam": ["type": .string(type)]])
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
            #expect(error.code == 7)
            #expect(error.whole.contains("ipam.type"))
        }
    }
}
