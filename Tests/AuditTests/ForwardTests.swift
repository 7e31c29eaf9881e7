import TestKit
import Testing

@Suite("A packet filter that drops what is forwarded")
struct ForwardTests {
    /// A way to filter, and whether pods are let through.
    struct Filter: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Lines of a shell, with `ADDRESS` and `LINK` for the first pod's, and `OTHER` for the second pod's address.
        let script: String
        /// The chain that is found; nil where pods pass.
        let chain: String?

        init(_ description: String, stops chain: String? = nil, _ script: String) {
            testDescription = description
            self.script = script
            self.chain = chain
        }
    }

    private static let drop = "iptables -P FORWARD DROP; "
    private static let nft = """
        nft add table inet f; nft add chain inet f c; nft add set inet f pods '{ type ipv4_addr; flags interval; }'
        nft add chain inet f fw '{ type filter hook forward priority 0; policy drop; }'; nft add rule inet f fw\u{20}
        """

    private static let ipv6 = "; nft add rule inet f fw meta nfproto ipv6 accept"

    static let passing = [
        Filter("cali* may come", drop + "iptables -A FORWARD -i cali+ -j ACCEPT"),
        Filter(
            "the pool may, in a chain that is jumped to",
            drop + """
                iptables -N pods; iptables -A pods -s 10.244.0.0/16 -j ACCEPT; iptables -A FORWARD -j pods
                """),
        Filter("a larger network may", drop + "iptables -A FORWARD -s 10.0.0.0/8 -j ACCEPT"),
        Filter(
            "each pod may, by its address",
            drop + "iptables -A FORWARD -s ADDRESS/32 -j ACCEPT; iptables -A FORWARD -s OTHER/32 -j ACCEPT"),
        Filter(
            "a pod's mail is stopped, and what it sends to one network",
            """
            iptables -A FORWARD -s ADDRESS/32 -p tcp --dport 25 -j DROP
            iptables -A FORWARD -s ADDRESS/32 -d 198.51.100.0/24 -j REJECT
            """),
        Filter(
            "a pod may send to the cluster alone",
            drop + """
                iptables -A FORWARD -s ADDRESS/32 -d 10.0.0.0/8 -j ACCEPT; iptables -A FORWARD -s OTHER/32 -j ACCEPT
                """),
        Filter("a pod that is not there is stopped", "iptables -A FORWARD -s 10.244.0.77/32 -j DROP"),
        Filter(
            "everybody may, at the end of a chain",
            drop + """
                iptables -N all; iptables -A FORWARD -i docker0 -j DROP; iptables -A FORWARD -g all; iptables -A all -j ACCEPT
                """),
        Filter("all but another link may", drop + "iptables -A FORWARD ! -i eth9 -j ACCEPT"),
        Filter("what is none of another network may", drop + "iptables -A FORWARD ! -s 172.16.0.0/12 -j ACCEPT"),
        Filter("nft: cali* and others may", nft + "iifname { \"docker0\", \"cali*\" } accept"),
        Filter(
            "nft: a set holds the pool",
            nft + "ip saddr @pods accept; nft add element inet f pods { 10.244.0.0/16 }" + ipv6),
        Filter("nft: a range holds the pool", nft + "ip saddr 10.240.0.0-10.250.0.0 accept" + ipv6),
        Filter(
            "nft: a map of links leads to a chain",
            nft + """
                iifname vmap { "cali*" : jump c, "lo" : accept }; nft add rule inet f c accept
                """),
        Filter("nft: new connections may", nft + "ct state new,established accept"),
        Filter(
            "nft: a port of pods is blocked and the rest passes",
            """
            nft add table inet f; nft add chain inet f fw '{ type filter hook forward priority 0; }'
            nft add rule inet f fw iifname 'cali*' tcp dport 25 drop; nft add rule inet f fw ip daddr 198.51.100.0/24 drop
            nft add rule inet f fw ct state invalid drop
            """),
        Filter(
            "nft: a bridge, and what the host sends, are others' affairs",
            """
            nft add table inet f; nft add chain inet f out '{ type filter hook output priority 0; policy drop; }'
            nft add rule inet f out accept
            nft add table bridge f; nft add chain bridge f fw '{ type filter hook forward priority 0; policy drop; }'
            """),
        Filter(
            "iptables-legacy: cali* may come",
            """
            iptables-legacy -P FORWARD DROP; iptables-legacy -A FORWARD -i cali+ -j ACCEPT
            """),
    ]

    static let stopping = [
        Filter(
            "as Docker leaves it", stops: "ip filter FORWARD",
            drop + """
                iptables -N DOCKER; iptables -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
                iptables -A FORWARD -o docker0 -j DOCKER; iptables -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
                """),
        Filter(
            "as ufw leaves it", stops: "ip filter FORWARD",
            drop + """
                iptables -N ufw-before; iptables -A FORWARD -j ufw-before
                iptables -A ufw-before -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
                iptables -A ufw-before -p icmp --icmp-type echo-request -j ACCEPT
                """),
        Filter(
            "as firewalld leaves it", stops: "inet f fw",
            """
            nft add table inet f; nft add chain inet f fw '{ type filter hook forward priority 10; policy accept; }'
            nft add rule inet f fw ct state { established, related } accept
            nft add rule inet f fw ct state invalid drop; nft add rule inet f fw iifname lo accept
            nft add rule inet f fw reject with icmpx admin-prohibited
            """),
        Filter("only IPv6", stops: "ip6 filter FORWARD", "ip6tables -P FORWARD DROP; iptables -A FORWARD -j ACCEPT"),
        Filter(
            "what goes to pods", stops: "inet f fw",
            """
            nft add table inet f; nft add chain inet f fw '{ type filter hook forward priority 0; }'
            nft add rule inet f fw oifname 'cali*' drop
            """),
        Filter(
            "another set is accepted", stops: "inet f fw",
            nft + """
                ip saddr @pods accept; nft add element inet f pods { 10.99.0.0/16 }
                """),
        Filter(
            "a second chain drops what the first accepts", stops: "inet f late",
            nft + """
                accept; nft add chain inet f late '{ type filter hook forward priority 100; policy drop; }'
                """),
        Filter("iptables-legacy", stops: "iptables-legacy FORWARD", "iptables-legacy -P FORWARD DROP"),
        Filter(
            "iptables-legacy, by a rule", stops: "iptables-legacy FORWARD",
            """
            iptables-legacy -N walls; iptables-legacy -A FORWARD -j walls; iptables-legacy -A walls -s 10.244.0.0/16 -j DROP
            """),
    ]

    /// Filters that stop the second pod, and let the first one through.
    static let partial = [
        Filter("one pod may, by its address", drop + "iptables -A FORWARD -s ADDRESS/32 -j ACCEPT"),
        Filter("one pod may, by its link", drop + "iptables -A FORWARD -i LINK -j ACCEPT"),
        Filter("one pod is stopped, by its address", "iptables -I FORWARD -s OTHER/32 -j DROP"),
        Filter("what goes to one pod is stopped", "iptables -A FORWARD -d OTHER/32 -j DROP"),
        Filter(
            "nft: one pod is in the set", nft + "ip saddr @pods accept; nft add element inet f pods { ADDRESS }" + ipv6),
        Filter(
            "nft: one pod is in the set of a chain that is jumped to",
            """
            nft add table inet f; nft add chain inet f walls; nft add set inet f bad '{ type ipv4_addr; }'
            nft add rule inet f walls ip saddr @bad reject; nft add element inet f bad { OTHER }
            nft add chain inet f fw '{ type filter hook forward priority 0; }'; nft add rule inet f fw jump walls
            """),
        Filter("iptables-legacy: one pod is stopped", "iptables-legacy -A FORWARD -s OTHER/32 -j DROP"),
    ]

    @Test("is found for the pod that it stops where others pass, and its command repairs that", arguments: partial)
    func stopsOne(_ filter: Filter) async throws {
        try await tried(filter) { (node, pods) async throws in
            let other = try pods[1].result.resultAddress()
            let audit = try await node.audit()
            #expect(audit.problems.map(\.code) == ["forward-dropped"])
            let finding = try #require(audit.problems.first)
            #expect(finding.subject == other && finding.container == pods[1].pod.id)
            #expect(finding.text.contains("and lets other pods through"), "\(finding.text)")
            try await node.repair(finding)
            #expect(try await node.audit().problems == [])
            #expect(try await pods[0].pod.namespace.pings(other))
        }
    }

    @Test("that the plugin firewall opens for each pod is no finding while pods come and go")
    func churn() async throws {
        try await withNode([.defaultRoute, .outside]) { node in
            try await node.namespace.must("/usr/sbin/iptables", "-P", "FORWARD", "DROP")
            let tool = try CNITool(.firewall, on: node)
            try await tool.add(try await node.pod())
            let end = ContinuousClock.now + .seconds(8)
            let rounds = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        let pod = try await node.pod()
                        var rounds = 0
                        while ContinuousClock.now < end {
                            try await tool.add(pod)
                            try await tool("del", pod)
                            rounds += 1
                        }
                        return rounds
                    }
                }
                while ContinuousClock.now < end {
                    let audit = try await tool.audit()
                    #expect(audit.problems == [])
                }
                return try await group.reduce(0, +)
            }
            #expect(rounds > 10)
        }
    }

    @Test("is no finding where pods are let through", arguments: passing)
    func passes(_ filter: Filter) async throws {
        try await tried(filter) { (node, _) async throws in
            #expect(try await node.audit().problems == [])
        }
    }

    @Test("is found where they are not, and its command repairs it", arguments: stopping)
    func stops(_ filter: Filter) async throws {
        try await tried(filter) { (node, pods) async throws in
            let audit = try await node.audit()
            #expect(audit.problems.map(\.code) == ["forward-dropped"])
            let finding = try #require(audit.problems.first)
            #expect(finding.subject == filter.chain)
            try await node.repair(finding)
            #expect(try await node.audit().problems == [])
            for isIPv6 in [false, true] {
                let address = try pods[1].result.resultAddress(ipv6: isIPv6)
                #expect(try await pods[0].pod.namespace.pings(address))
            }
        }
    }

    @Test("is to be opened by firewalld where that keeps it: rules of others are gone at its next start")
    func firewalld() async throws {
        let filter = Filter(
            "as firewalld leaves it",
            """
            nft add table inet firewalld; nft add chain inet firewalld filter_FWD_public
            nft add chain inet firewalld filter_FORWARD '{ type filter hook forward priority 10; policy accept; }'
            nft add rule inet firewalld filter_FORWARD ct state { established, related } accept
            nft add rule inet firewalld filter_FORWARD goto filter_FWD_public
            nft add rule inet firewalld filter_FWD_public reject with icmpx admin-prohibited
            """)
        try await tried(filter) { (node, _) async throws in
            let finding = try #require(try await node.audit().problems.first)
            #expect(finding.subject == "inet firewalld filter_FORWARD")
            #expect(
                finding.repair.contains(
                    "firewall-cmd --permanent --zone=trusted --add-source=10.244.0.0/16 && firewall-cmd --reload"))
        }
    }

    private func tried(_ filter: Filter, _ body: (Node, [Resident]) async throws -> Void) async throws {
        try await withNode { node in
            var pods: [Resident] = []
            for name in ["one", "two"] {
                let pod = try await node.pod(id: name)
                let result = try await node.add(pod, configuration: node.dualStackConfiguration())
                pods.append(Resident(pod, result: result))
            }
            let script = filter.script.replacing("ADDRESS", with: try pods[0].result.resultAddress())
                .replacing("LINK", with: try pods[0].result.resultHostLink())
                .replacing("OTHER", with: try pods[1].result.resultAddress())
            try await node.namespace.must("/bin/bash", "-ec", script)
            try await body(node, pods)
        }
    }
}
