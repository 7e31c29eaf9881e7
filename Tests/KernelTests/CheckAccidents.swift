import TestKit

/// One accident for each thing that ADD makes.
extension CheckTests {
    private static let pod: @Sendable (Value) throws -> String = { _ in "eth0" }
    private static let host: @Sendable (Value) throws -> String = { try $0.resultHostLink() }
    private static let address: @Sendable (Value) throws -> String = { try $0.resultAddress() }
    private static let address6: @Sendable (Value) throws -> String = { try $0.resultAddress(ipv6: true) }
    private static let hostGateway = "fe80::ecee:eeff:feee:eeee"

    static let inPod = [
        Tampering("the pod's link is gone", names: pod) { _, pod, _ in try await pod.namespace.ip("link del eth0") },
        Tampering("the pod's link is down", names: pod) { _, pod, _ in
            try await pod.namespace.ip("link set eth0 down")
        },
        Tampering("the pod's link has another MTU", names: { _ in "1400" }) { _, pod, _ in
            try await pod.namespace.ip("link set eth0 mtu 1400")
        },
        Tampering("the pod's link has another MAC", names: { _ in "02:00:00:00:00:99" }) { _, pod, _ in
            try await pod.namespace.ip("link set eth0 address 02:00:00:00:00:99")
        },
        Tampering("the pod's address is gone", names: address) { _, pod, _ in
            // The routes stay, for they name no source.
            try await pod.namespace.ip("addr flush dev eth0 scope global")
        },
        Tampering("the pod's default route is gone", names: { _ in "default" }) { _, pod, _ in
            try await pod.namespace.ip("route del default")
        },
        Tampering("the pod's route to its gateway is gone", names: { _ in "169.254.1.1" }) { _, pod, _ in
            try await pod.namespace.ip("route del default", "route del 169.254.1.1", "route add default dev eth0")
        },
        Tampering("the pod's neighbour entry is gone", names: { _ in "169.254.1.1" }) { _, pod, _ in
            try await pod.namespace.ip("neigh del 169.254.1.1 dev eth0")
        },
        Tampering("the pod's neighbour entry has another MAC", names: { _ in "169.254.1.1" }) { _, pod, _ in
            try await pod.namespace.ip("neigh replace 169.254.1.1 lladdr 02:00:00:00:00:98 dev eth0 nud permanent")
        },
        Tampering("the pod forwards", names: { _ in "ip_forward" }) { _, pod, _ in
            try await pod.namespace.setSysctl("net/ipv4/ip_forward", "1")
        },
        Tampering("the pod's loopback is down", names: { _ in "lo" }) { _, pod, _ in
            try await pod.namespace.ip("link set lo down")
        },
    ]

    static let onHost = [
        Tampering("the host's end is down", names: host) { node, _, result in
            try await node.namespace.ip("link set \(result.resultHostLink()) down")
        },
        Tampering("the host's end has another MTU", names: host) { node, _, result in
            try await node.namespace.ip("link set \(result.resultHostLink()) mtu 1400")
        },
        Tampering("the host's end has another MAC", names: host) { node, _, result in
            try await node.namespace.ip("link set \(result.resultHostLink()) address 02:00:00:00:00:97")
        },
        Tampering("the host's route is gone", names: address) { node, _, result in
            try await node.namespace.ip("route del \(result.resultAddress())/32")
        },
        Tampering("the host's route leads elsewhere", names: address) { node, _, result in
            try await node.namespace.ip("route replace \(result.resultAddress())/32 dev up0 scope link")
        },
        Tampering("the host's neighbour entry is gone", names: address) { node, _, result in
            try await node.namespace.ip("neigh del \(result.resultAddress()) dev \(result.resultHostLink())")
        },
        Tampering("the host's neighbour entry has another MAC", names: address) { node, _, result in
            try await node.namespace.ip(
                "neigh replace \(result.resultAddress()) lladdr 02:00:00:00:00:96 dev \(result.resultHostLink())")
        },
        Tampering("the block's blackhole is gone", names: { _ in "10.244.0.0/26" }) { node, _, _ in
            try await node.namespace.ip("route del blackhole 10.244.0.0/26 proto 80")
        },
        // Not route_localnet: portmap turns it on in every chain it is in.
        sysctl("net/ipv4/conf/LINK/rp_filter", "0"),
        sysctl("net/ipv4/conf/LINK/proxy_arp", "0"), sysctl("net/ipv4/conf/LINK/forwarding", "0"),
        Tampering("the host does not forward", names: { _ in "forward" }) { node, _, _ in
            try await node.namespace.setSysctl("net/ipv4/ip_forward", "0")
        },
        Tampering("the lease is gone", names: address) { node, _, _ in try await node.ledger.forgetLeases() },
        Tampering("the ledger is gone", names: { _ in "ledger" }) { node, _, _ in
            try await node.namespace.must("/bin/rm", "-r", node.data)
        },
    ]

    static let ofIPv6 = [
        Tampering("the pod's address is gone", names: address6) { _, pod, result in
            try await pod.namespace.ip("addr del \(result.resultAddress(ipv6: true))/128 dev eth0")
        },
        Tampering("the pod's default route is gone", names: { _ in "default" }) { _, pod, _ in
            try await pod.namespace.ip("-6 route del default")
        },
        Tampering("the pod's neighbour entry is gone", names: { _ in hostGateway }) { _, pod, _ in
            try await pod.namespace.ip("neigh del \(hostGateway) dev eth0")
        },
        Tampering("the host's route is gone", names: address6) { node, _, result in
            try await node.namespace.ip("route del \(result.resultAddress(ipv6: true))/128")
        },
        Tampering("the block's blackhole is gone", names: { _ in "fd00:10:244::/122" }) { node, _, _ in
            try await node.namespace.ip("-6 route flush proto 80 type blackhole")
        },
        Tampering("the host's link-local address is gone", names: { _ in hostGateway }) { node, _, result in
            try await node.namespace.ip("addr del \(hostGateway)/64 dev \(result.resultHostLink())")
        },
        sysctl("net/ipv6/conf/LINK/proxy_ndp", "0"), sysctl("net/ipv6/conf/LINK/forwarding", "0"),
    ]

    /// The switch of the host end is turned; the error has to say which.
    private static func sysctl(_ pattern: String, _ value: String) -> Tampering {
        let name = String(pattern.split(separator: "/").last ?? "")
        return Tampering("\(name) of the host's end is \(value)", names: { _ in name }) { node, _, result in
            let path = pattern.replacing("LINK", with: try result.resultHostLink())
            try await node.namespace.setSysctl(path, value)
        }
    }
}
