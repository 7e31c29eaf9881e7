import Foundation
import TestKit
import Testing

@Suite("Each sample of cni-conf, run by cnitool")
struct SampleTests {
    @Test("has its test")
    func complete() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(CNITool.root)/cni-conf")
        // Those of a cluster need the agent: PackageTests and docs/kubernetes.md.
        let clusters = ["10-martlet-cluster.conflist", "martletd.json"]
        #expect(Set(files) == Set(Sample.allCases.map { "\($0.rawValue).conflist" } + clusters + ["README.md"]))
    }

    @Test(
        "connects two pods with one another, with the host and with the outside, and leaves nothing",
        arguments: [Sample.single, .dualStack, .portsAndLimits, .firewall, .ptp, .bridge])
    func reach(sample: Sample) async throws {
        try await withNode([.defaultRoute, .outside, .ipv6]) { node in
            let cnitool = try CNITool(sample, on: node)
            let pods = [try await node.pod(), try await node.pod()]
            let first = try await cnitool.add(pods[0]).resultAddress()
            let second = try await cnitool.add(pods[1]).resultAddress()
            #expect(try await pods[0].namespace.pings(second))
            #expect(try await pods[1].namespace.pings(first))
            #expect(try await pods[0].namespace.pings("192.0.2.10"))
            #expect(try await node.namespace.pings(first))
            #expect(try await pods[0].namespace.pings("192.0.2.1"))
            try await end(pods, cnitool)
        }
    }

    @Test("passes CHECK while the pod is as it was made, and not without its address", arguments: Sample.checked)
    func check(sample: Sample) async throws {
        try await withNode([.defaultRoute, .outside]) { node in
            try await node.provideLAN()
            let cnitool = try CNITool(sample, on: node)
            let pod = try await node.pod()
            try await cnitool.add(pod)
            try await cnitool("check", pod)
            try await pod.namespace.ip("addr flush dev eth0")
            await #expect(throws: Failure.self) { try await cnitool("check", pod) }
            try await cnitool("del", pod)
        }
    }

    @Test("dual stack gives a pod both families, and both reach the outside")
    func dualStack() async throws {
        try await withNode([.defaultRoute, .outside, .ipv6]) { node in
            let cnitool = try CNITool(.dualStack, on: node)
            let pod = try await node.pod()
            let result = try await cnitool.add(pod)
            #expect(try result.resultAddress().hasPrefix("10.244."))
            let address = try result.resultAddress(ipv6: true)
            #expect(address.hasPrefix("fd00:10:244:"))
            #expect(try await node.namespace.pings(address))
            #expect(try await pod.namespace.pings("2001:db8::10"))
            #expect(try await pod.namespace.pings("2001:db8::1"))
            try await end([pod], cnitool)
        }
    }

    @Test("portmap publishes a pod's port on the node, bandwidth limits both directions")
    func portsAndLimits() async throws {
        try await withNode([.defaultRoute, .outside]) { node in
            let cnitool = try CNITool(.portsAndLimits, on: node)
            let pod = try await node.pod()
            let wanted: Value = [
                "portMappings": [["hostPort": 8080, "containerPort": 80, "protocol": "tcp"]],
                "bandwidth": [
                    "ingressRate": 8_000_000, "ingressBurst": 800_000, "egressRate": 8_000_000, "egressBurst": 800_000,
                ],
            ]
            let host = try await cnitool.add(pod, capabilities: wanted).resultHostLink()
            let server = try await pod.namespace.serve(80, text: "hello")
            #expect(try await node.outside?.fetch("192.0.2.10", 8080) == "hello")
            let shaping = try await node.namespace.must("/sbin/tc", "qdisc", "show")
            #expect(shaping.contains("tbf") && shaping.contains("dev \(host) "))
            #expect(shaping.matches(of: /rate 8Mbit/).count == 2)
            withExtendedLifetime(server) {}
            try await cnitool("del", pod, capabilities: wanted)
            #expect(try await node.outside?.fetch("192.0.2.10", 8080) == nil)
            #expect(try await node.ledger.leases() == [])
        }
    }

    @Test(
        "firewall lets pods through a FORWARD chain that drops, which stops them otherwise",
        arguments: [(Sample.firewall, true), (.single, false)])
    func firewall(sample: Sample, passes: Bool) async throws {
        try await withNode([.defaultRoute, .outside]) { node in
            try await node.namespace.must("/usr/sbin/iptables", "-P", "FORWARD", "DROP")
            let cnitool = try CNITool(sample, on: node)
            let pods = [try await node.pod(), try await node.pod()]
            try await cnitool.add(pods[0])
            let second = try await cnitool.add(pods[1]).resultAddress()
            #expect(try await pods[0].namespace.pings(second) == passes)
            #expect(try await pods[0].namespace.pings("192.0.2.1") == passes)
            #expect(try await node.namespace.pings(second))
            try await end(pods, cnitool)
        }
    }

    @Test("host-local's addresses get Martlet's wires, and are given back to host-local")
    func hostLocal() async throws {
        try await withNode([.defaultRoute, .outside]) { node in
            let cnitool = try CNITool(.hostLocal, on: node)
            let pods = [try await node.pod(), try await node.pod()]
            let first = try await cnitool.add(pods[0])
            let address = try first.resultAddress()
            #expect(try address.hasPrefix("10.245.0.") && first.resultHostLink().hasPrefix("cali"))
            let second = try await cnitool.add(pods[1]).resultAddress()
            #expect(try await pods[0].namespace.pings(second))
            #expect(try await node.namespace.pings(address))
            try await end(pods, cnitool)
            let files = try FileManager.default.contentsOfDirectory(
                atPath: "\(node.folder.path)/lib/cni/networks/pods")
            #expect(files.filter { $0.hasPrefix("10.") } == [])
        }
    }

    @Test("macvlan pods are in the LAN, with addresses from this node's part of it")
    func macvlan() async throws {
        try await withNode([.defaultRoute, .outside]) { node in
            try await node.provideLAN()
            let cnitool = try CNITool(.macvlan, on: node)
            let pods = [try await node.pod(), try await node.pod()]
            let first = try await cnitool.add(pods[0])
            let second = try await cnitool.add(pods[1]).resultAddress()
            #expect(first.resultAddresses[0].wholeMatch(of: /192\.168\.7\.(19[2-9]|20\d|21\d|22[0-3])\/24/) != nil)
            #expect(first["ips"][0]["gateway"] == "192.168.7.1")
            #expect(try await pods[0].namespace.pings("192.168.7.1"))
            #expect(try await pods[0].namespace.pings(second))
            try await end(pods, cnitool)
        }
    }

    /// DEL twice, as a runtime may, and a look whether anything is left of the pods.
    private func end(_ pods: [Pod], _ cnitool: CNITool) async throws {
        for pod in pods + pods { try await cnitool("del", pod) }
        #expect(try await cnitool.node.ledger.leases() == [])
        for pod in pods { #expect(try await pod.namespace.link("eth0") == nil) }
        let links = try await cnitool.node.namespace.links().map(\.name)
        #expect(links.filter { $0.hasPrefix("cali") || $0.hasPrefix("veth") } == [])
        let routes = try await cnitool.node.namespace.routes()
        #expect(routes.filter { $0.kind == .unicast && $0.destination.hasSuffix("/32") } == [])
    }
}

extension Sample {
    /// Those whose plugins' CHECK can succeed: Debian's portmap looks for IPv6 chains that an IPv4 pod does not have,
    /// and its bandwidth crashes where no limit is set.
    static let checked = allCases.filter { $0 != .portsAndLimits }
}
