import TestKit

/// What may happen to a node's links, routes and settings.
extension Tampering {
    static let ofNode: [Tampering] = [
        Tampering("lease-without-sandbox", "the pod has gone without DEL", isDeadly: true) { patient in
            try await patient.losePod()
            return try patient.address()
        },
        Tampering("lease-without-sandbox", "a pod of another plugin has gone without DEL", cure: .printed) { patient in
            let pod = try await patient.node.pod()
            let result = try await patient.node.add(pod, configuration: patient.macvlan)
            pod.namespace.end()
            return try result.resultAddress()
        },
        Tampering("lease-without-link", "the host's end is deleted") { patient in
            try await patient.host.ip("link del \(patient.link())")
            return try patient.address()
        },
        Tampering("link-without-lease", "the leases of a living pod are lost") { patient in
            try await patient.node.ledger.change("DELETE FROM lease WHERE container_id = '\(patient.victim.id)'")
            return try patient.link()
        },
        Tampering("link-without-lease", "the leases of a living pod are lost and its blocks with them") { patient in
            try await patient.node.ledger.change("DELETE FROM lease; DELETE FROM freed; DELETE FROM block")
            return try patient.link()
        },
        Tampering("link-without-lease", "the ledger says that a pod that is dead has its address") { patient in
            try await patient.node.ledger.change(
                """
                UPDATE lease SET container_id = 'ghost', host_interface = 'cali0ghost', sandbox = '/run/netns/ghost'
                WHERE container_id = '\(patient.victim.id)'
                """)
            return try patient.link()
        },
        Tampering(
            "link-without-lease", "a link with Martlet's alias that nothing is routed to", cure: .printed
        ) { patient in
            try await patient.host.ip(
                "link add cali0stray address ee:ee:ee:ee:ee:ee type veth peer name stray",
                "link set cali0stray alias pods/stray/eth0")
            return "cali0stray"
        },
        Tampering("route-without-lease", "a free address is routed to another device", cure: .printed) { patient in
            try await patient.host.ip("route add 10.244.0.50/32 dev up0")
            return "10.244.0.50"
        },
        Tampering("route-without-lease", "a free IPv6 address is, too", cure: .printed) { patient in
            try await patient.host.ip("route add fd00:10:244::30/128 dev up0")
            return "fd00:10:244::30"
        },
        Tampering("route-elsewhere", "the pod's address is routed to another device") { patient in
            try await patient.host.ip("route replace \(patient.address())/32 dev up0 scope link")
            return try patient.address()
        },
        Tampering("route-elsewhere", "a route of another metric leads to another device") { patient in
            try await patient.host.ip("route add \(patient.address())/32 dev up0 metric 50")
            return try patient.address()
        },
        Tampering("route-elsewhere", "an IPv6 route goes before the pod's") { patient in
            try await patient.host.ip("route add \(patient.address6())/128 dev up0 metric 50")
            return try patient.address6()
        },
        Tampering("blackhole-missing", "the IPv4 block's") { patient in
            try await patient.host.ip("route del blackhole 10.244.0.0/26 proto 80")
            return "10.244.0.0/26"
        },
        Tampering("blackhole-missing", "the IPv6 block's") { patient in
            try await patient.host.ip("-6 route flush proto 80 type blackhole")
            return "fd00:10:244::/122"
        },
        Tampering("blackhole-missing", "another route has taken its place") { patient in
            try await patient.host.ip("route replace 10.244.0.0/26 dev up0")
            return "10.244.0.0/26"
        },
        Tampering("blackhole-foreign", "a block that is not this node's") { patient in
            try await patient.host.ip("route add blackhole 10.244.77.0/26 proto 80")
            return "10.244.77.0/26"
        },
        Tampering("blackhole-foreign", "an IPv6 block that is not this node's") { patient in
            try await patient.host.ip("route add blackhole fd00:10:244::4000/122 proto 80 metric 16")
            return "fd00:10:244::4000/122"
        },
        Tampering("forwarding-off", "IPv4", cure: .printed) { patient in
            try await patient.host.setSysctl("net/ipv4/ip_forward", "0")
            return "net.ipv4.ip_forward"
        },
        Tampering("forwarding-off", "IPv6", cure: .printed) { patient in
            try await patient.host.setSysctl("net/ipv6/conf/all/forwarding", "0")
            return "net.ipv6.conf.all.forwarding"
        },
        Tampering("forward-dropped", "a chain of iptables drops what nobody accepts", cure: .printed) { patient in
            try await patient.host.must("/usr/sbin/iptables", "-P", "FORWARD", "DROP")
            return "ip filter FORWARD"
        },
        Tampering("forward-dropped", "a rule of nftables drops what comes from pods", cure: .printed) { patient in
            try await patient.host.must(
                "/usr/sbin/nft", "-f", "-",
                input: """
                    table inet walls {
                      chain rest { ip6 saddr fd00:10:244::/64 counter drop; }
                      chain pass { type filter hook forward priority 0; tcp dport 22 accept; jump rest; }
                    }
                    """)
            return "inet walls pass"
        },
    ]
}
