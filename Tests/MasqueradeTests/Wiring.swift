import Addressing
import TestKit

extension Node {
    /// A pod on a veth of its own, wired as Martlet wires it, with one address of each family or only one of them.
    func wiredPod(_ number: Int, _ addresses: String...) async throws -> Pod {
        let pod = try await pod()
        try await namespace.ip(
            "link add cali\(number) address ee:ee:ee:ee:ee:ee type veth peer name eth0 netns \(pod.path)")
        try await namespace.setSysctl("net/ipv6/conf/cali\(number)/accept_dad", "0")
        try await namespace.ip("link set cali\(number) up")
        try await pod.namespace.ip("link set lo up", "link set eth0 up")
        for address in addresses {
            let isIPv6 = address.contains(":")
            let gateway = isIPv6 ? "fe80::ecee:eeff:feee:eeee" : "169.254.1.1"
            try await namespace.ip("route add \(address) dev cali\(number)")
            try await pod.namespace.ip(
                "addr add \(address) dev eth0\(isIPv6 ? " nodad" : "")",
                "route add \(gateway) dev eth0",
                "neigh replace \(gateway) lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent",
                "route add default via \(gateway) dev eth0\(isIPv6 ? "" : " onlink")")
        }
        return pod
    }

    /// Lets the node pass packets on. For that, neighbour discovery needs the link-local address that an uplink has.
    func forward() async throws {
        try await namespace.ip("addr add fe80::10/64 dev up0 nodad")
        try await namespace.setSysctl("net/ipv4/ip_forward", "1")
        try await namespace.setSysctl("net/ipv6/conf/all/forwarding", "1")
    }
}

extension Namespace {
    /// Two TCP servers, one of each family, that tell every caller the address it is seen under.
    func mirrors() async throws -> [Background] {
        let servers = [
            try await start("/usr/bin/socat", "TCP4-LISTEN:7000,reuseaddr,fork", "SYSTEM:echo $SOCAT_PEERADDR"),
            try await start(
                "/usr/bin/socat", "TCP6-LISTEN:7000,reuseaddr,fork,ipv6only", "SYSTEM:echo $SOCAT_PEERADDR"),
        ]
        let areOpen = try await eventually {
            try await must("/usr/bin/ss", "-Hltn", "sport = :7000").split(separator: "\n").count == 2
        }
        guard areOpen else { throw Failure("no servers on TCP port 7000") }
        return servers
    }

    /// The address that a mirror sees this namespace under.
    func appearance(at address: String) async throws -> String? {
        // socat prints IPv6 addresses in brackets and with all their zeros.
        guard let text = try await fetch(address, 7000) else { return nil }
        return try IPAddress(parsing: text.filter { $0 != "[" && $0 != "]" }).description
    }
}
