import TestKit
import Testing

@Suite("The audit raises no false alarm")
struct HealthyTests {
    /// Lists of plugins that change what Martlet has made, or do without some of it, beside the samples.
    enum Network: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case tuned = "tuning gives another MAC, MTU and settings"
        case route = "routes of its own and no default route"
        case delegated = "host-local gives the addresses"
        case ptp = "ptp makes the interface"
        case bridge = "bridge makes the interface"

        var testDescription: String { rawValue }

        var list: Value {
            ["cniVersion": "1.0.0", "name": "pods", "plugins": .array(plugins)]
        }

        private var plugins: [Value] {
            switch self {
            case .tuned:
                [
                    martlet,
                    [
                        "type": "tuning", "mac": "02:00:00:00:00:42", "mtu": 1400, "promisc": true,
                        "sysctl": ["net.ipv4.conf.eth0.arp_notify": "1", "net.core.somaxconn": "500"],
                    ],
                ]
            case .route: [martlet.setting("ipam.routes", [["dst": "192.0.2.0/24"]])]
            case .delegated:
                [
                    martlet.setting(
                        "ipam",
                        [
                            "type": "host-local",
                            "ranges": [[["subnet": "10.245.0.0/24"]], [["subnet": "fd00:245::/64"]]],
                        ])
                ]
            case .ptp: [["type": "ptp", "ipam": lan]]
            case .bridge: [["type": "bridge", "bridge": "br0", "isGateway": true, "ipam": lan]]
            }
        }

        private var martlet: Value {
            ["type": "martlet", "ipam": ["type": "martlet-ipam", "assign_ipv6": true, "pools": pools]]
        }

        private var pools: Value {
            [
                ["name": "four", "cidr": "10.244.0.0/16", "natOutgoing": true],
                ["name": "six", "cidr": "fd00:10:244::/64", "natOutgoing": true],
            ]
        }

        private var lan: Value {
            [
                "type": "martlet-ipam", "pools": [["name": "lan", "cidr": "10.250.0.0/24", "blockSize": 28]],
                "node_range": "10.250.0.128/25", "gateway": "10.250.0.1", "prefix_length": 24,
            ]
        }
    }

    @Test("with the pods of each sample, a second interface too, before and after DEL", arguments: Sample.allCases)
    func samples(_ sample: Sample) async throws {
        try await withNode([.defaultRoute, .outside, .ipv6]) { node in
            try await node.provideLAN()
            let tool = try CNITool(sample, on: node)
            let wishes: Value =
                sample == .portsAndLimits
                ? [
                    "portMappings": [["hostPort": 8080, "containerPort": 80, "protocol": "tcp"]],
                    "bandwidth": [
                        "ingressRate": 8_000_000, "ingressBurst": 800_000, "egressRate": 8_000_000,
                        "egressBurst": 800_000,
                    ],
                ] : [:]
            try await live(tool, capabilities: [wishes, [:]])
        }
    }

    @Test("with pods whose interfaces others have made, or changed, before and after DEL", arguments: Network.allCases)
    func others(_ network: Network) async throws {
        try await withNode([.defaultRoute, .outside, .ipv6]) { node in
            try await live(try CNITool(network.list, on: node), capabilities: [[:], [:]])
        }
    }

    @Test("where a FORWARD chain drops everything and the plugin firewall lets the pods through")
    func firewall() async throws {
        try await withNode([.defaultRoute, .outside]) { node in
            try await node.namespace.must("/usr/sbin/iptables", "-P", "FORWARD", "DROP")
            try await live(try CNITool(.firewall, on: node), capabilities: [[:], [:]])
        }
    }

    @Test("where another device has the route to an address that is reserved")
    func reserved() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            try await node.namespace.ip("route add 10.244.0.50/32 dev up0")
            #expect(try await node.audit().problems.map(\.code) == ["route-without-lease"])
            try await node.namespace.must(
                Programs.operatorsTool, "apply", "-f", "-", "--data-dir", node.data, "--nodename", node.name,
                input: """
                    apiVersion: projectcalico.org/v3
                    kind: IPReservation
                    metadata: { name: gateway }
                    spec: { reservedCIDRs: [10.244.0.50] }
                    """)
            try await expectClean(node.audit())
        }
    }

    @Test("with several interfaces of one pod, and after a pod's container ID has come again")
    func interfaces() async throws {
        try await withNode { node in
            let configuration = node.dualStackConfiguration()
            let pod = try await node.pod()
            for ifname in ["eth0", "net1", "net2"] {
                try await node.add(pod, ifname: ifname, configuration: configuration)
            }
            try await expectClean(node.audit())
            try await node.delete(pod, ifname: "eth0", configuration: configuration)
            try await node.add(pod, ifname: "eth0", configuration: configuration)
            try await expectClean(node.audit())
            let again = try await node.pod(id: pod.id)
            pod.namespace.end()
            for ifname in ["eth0", "net1", "net2"] {
                try await node.cni(.delete, again, ifname: ifname, configuration: configuration).result()
            }
            try await expectClean(node.audit())
        }
    }

    /// Pods come and go; the audit is content at every step, and finds that a pod of Martlet's has lost its route.
    private func live(_ tool: CNITool, capabilities: [Value]) async throws {
        var pods: [(Pod, Value)] = []
        for wishes in capabilities {
            let pod = try await tool.node.pod()
            let result = try await tool.add(pod, capabilities: wishes)
            pods.append((pod, wishes))
            try await expectClean(tool.audit())
            #expect(try await tool.node.namespace.pings(result.resultAddress()) || result["ips"][0]["gateway"] != nil)
        }
        for (pod, wishes) in pods {
            try await tool("del", pod, capabilities: wishes)
            try await expectClean(tool.audit())
        }
    }

    private func expectClean(
        _ audit: AuditOutcome, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(audit.problems == [], sourceLocation: sourceLocation)
    }
}
