import TestKit
import Testing

/// Something that takes away what the ledger says a node has.
struct Accident: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let happen: @Sendable (Household) async throws -> Void

    init(_ description: String, _ happen: @escaping @Sendable (Household) async throws -> Void) {
        testDescription = description
        self.happen = happen
    }

    static let all = ofRoutes + ofLinks + ofSettings + ofTable

    private static let ofRoutes = [
        Accident("the IPv4 block's blackhole is deleted") { home in
            try await home.host.ip("route del blackhole \(Household.block)")
        },
        Accident("the IPv6 block's blackhole is deleted") { home in
            try await home.host.ip("-6 route flush proto 80 type blackhole")
        },
        Accident("all of Martlet's blackholes are flushed") { home in
            try await home.host.ip("route flush proto 80", "-6 route flush proto 80")
        },
        Accident("another route takes the blackhole's place") { home in
            try await home.host.ip("route replace \(Household.block) dev up0")
        },
        Accident("a block that is not this node's is announced by it") { home in
            try await home.host.ip("route add blackhole 10.244.77.0/26 proto 80")
        },
        Accident("a pod's IPv4 route is deleted") { home in
            try await home.host.ip("route del \(home.address())/32 dev \(home.link())")
        },
        Accident("a pod's IPv6 route is deleted") { home in
            try await home.host.ip("-6 route del \(home.address6())/128 dev \(home.link())")
        },
        Accident("a pod's address is routed to another device") { home in
            try await home.host.ip("route replace \(home.address())/32 dev up0 scope link")
        },
        Accident("a pod's address is routed to another device by a better route") { home in
            try await home.host.ip("route add \(home.address6())/128 dev up0 metric 50")
        },
        Accident("a pod's neighbour entry is deleted") { home in
            try await home.host.ip("neigh del \(home.address()) dev \(home.link())")
        },
        Accident("a pod's IPv6 neighbour entry is deleted") { home in
            try await home.host.ip("neigh del \(home.address6()) dev \(home.link())")
        },
    ]

    private static let ofLinks = [
        Accident("a pod's link is set down and up, which takes its routes") { home in
            try await home.host.ip("link set \(home.link()) down", "link set \(home.link()) up")
        },
        Accident("a pod's link is set down") { home in
            try await home.host.ip("link set \(home.link()) down")
        },
        Accident("a pod's link gets another MTU") { home in
            try await home.host.ip("link set \(home.link()) mtu 1300")
        },
        Accident("a pod's link gets another MAC") { home in
            try await home.host.ip("link set \(home.link()) address 02:00:00:00:00:01")
        },
        Accident("a pod's link loses its alias") { home in
            try await home.host.must("/sbin/ip", "link", "set", "dev", home.link(), "alias", "")
        },
        Accident("a pod's link loses the gateway's address") { home in
            try await home.host.ip("-6 addr flush dev \(home.link())")
        },
        Accident("a living pod's link is deleted") { home in
            try await home.host.ip("link del \(home.link())")
        },
    ]

    private static let ofSettings = [
        Accident("forwarding of IPv4 is switched off") { home in
            try await home.host.setSysctl("net/ipv4/ip_forward", "0")
        },
        Accident("forwarding of IPv6 is switched off") { home in
            try await home.host.setSysctl("net/ipv6/conf/all/forwarding", "0")
        },
        Accident("rp_filter of a pod's link is switched off") { home in
            try await home.host.setSysctl("net/ipv4/conf/\(home.link())/rp_filter", "0")
        },
        Accident("proxy_arp of a pod's link is switched off") { home in
            try await home.host.setSysctl("net/ipv4/conf/\(home.link())/proxy_arp", "0")
        },
        Accident("proxy_ndp of a pod's link is switched off") { home in
            try await home.host.setSysctl("net/ipv6/conf/\(home.link())/proxy_ndp", "0")
        },
    ]

    private static let ofTable = [
        Accident("all of nftables is flushed") { home in
            try await home.host.must("/usr/sbin/nft", "flush", "ruleset")
        },
        Accident("the nftables table is deleted") { home in
            try await home.host.must("/usr/sbin/nft", "delete", "table", "inet", "martlet")
        },
        Accident("a rule is added to the nftables table") { home in
            try await home.host.must(
                "/usr/sbin/nft", "insert", "rule", "inet", "martlet", "postrouting", "counter", "accept")
        },
    ]
}
