import TestKit

/// What may happen to one pod's wires.
extension Tampering {
    private static let gateway6 = "fe80::ecee:eeff:feee:eeee"

    static let ofHost: [Tampering] = [
        host("host-link", "is down") { patient, link in try await patient.host.ip("link set \(link) down") },
        host("host-link", "has another alias") { patient, link in
            try await patient.host.ip("link set \(link) alias somebody")
        },
        host("host-link", "has another name") { patient, link in
            try await patient.host.ip("link set \(link) down", "link set \(link) name other", "link set other up")
        },
        host("host-route", "has no route") { patient, _ in
            try await patient.host.ip("route del \(patient.address())/32")
        },
        host("host-route", "has no IPv6 route") { patient, _ in
            try await patient.host.ip("route del \(patient.address6())/128")
        },
        host("host-route", "is passed by a gateway") { patient, _ in
            try await patient.host.ip("route replace \(patient.address())/32 via 192.0.2.77")
        },
        host("host-neighbour", "has no neighbour") { patient, link in
            try await patient.host.ip("neigh del \(patient.address()) dev \(link)")
        },
        host("host-neighbour", "has no IPv6 neighbour") { patient, link in
            try await patient.host.ip("neigh del \(patient.address6()) dev \(link)")
        },
        host("host-neighbour", "has a neighbour with another MAC") { patient, link in
            try await patient.host.ip(
                "neigh replace \(patient.address()) lladdr 02:00:00:00:00:96 dev \(link) nud permanent")
        },
        host("mac", "has another MAC") { patient, link in
            try await patient.host.ip("link set \(link) address 02:00:00:00:00:97")
        },
        host("mtu", "has another MTU") { patient, link in try await patient.host.ip("link set \(link) mtu 1400") },
        host("host-setting", "has lost its link-local address") { patient, link in
            try await patient.host.ip("addr del \(gateway6)/64 dev \(link)")
        },
        sysctl("net/ipv4/conf/LINK/rp_filter", "0"), sysctl("net/ipv4/conf/LINK/proxy_arp", "0"),
        sysctl("net/ipv4/conf/LINK/forwarding", "0"), sysctl("net/ipv4/neigh/LINK/proxy_delay", "80"),
        sysctl("net/ipv6/conf/LINK/proxy_ndp", "0"), sysctl("net/ipv6/conf/LINK/forwarding", "0"),
        sysctl("net/ipv6/conf/LINK/accept_ra", "1"),
    ]

    static let ofPod: [Tampering] = [
        pod("host-link", "eth0 is down") { pod, _ in try await pod.ip("link set eth0 down") },
        pod("host-link", "lo is down") { pod, _ in try await pod.ip("link set lo down") },
        pod("mac", "has another MAC") { pod, _ in try await pod.ip("link set eth0 address 02:00:00:00:00:99") },
        pod("mtu", "has a larger MTU") { pod, _ in try await pod.ip("link set eth0 mtu 9000") },
        pod("pod-link", "eth0 has another name") { pod, _ in
            try await pod.ip("link set eth0 down", "link set eth0 name other", "link set other up")
        },
        pod("pod-address", "has lost its address") { pod, _ in try await pod.ip("addr flush dev eth0 scope global") },
        pod("pod-address", "has IPv6 switched off") { pod, _ in
            try await pod.setSysctl("net/ipv6/conf/eth0/disable_ipv6", "1")
        },
        pod("pod-route", "has no default route") { pod, _ in try await pod.ip("route del default") },
        pod("pod-route", "has no IPv6 default route") { pod, _ in try await pod.ip("-6 route del default") },
        pod("pod-route", "has no route to its gateway") { pod, _ in
            try await pod.ip(
                "route del default", "route del 169.254.1.1", "route add default via 169.254.1.1 dev eth0 onlink")
        },
        pod("pod-neighbour", "does not know its gateway's MAC") { pod, _ in
            try await pod.ip("neigh del 169.254.1.1 dev eth0")
        },
        pod("pod-neighbour", "does not know its IPv6 gateway's MAC") { pod, _ in
            try await pod.ip("neigh del \(gateway6) dev eth0")
        },
        pod("pod-neighbour", "believes in another MAC") { pod, _ in
            try await pod.ip("neigh replace 169.254.1.1 lladdr 02:00:00:00:00:98 dev eth0 nud permanent")
        },
    ]

    private static func host(
        _ code: String, _ description: String, _ accident: @escaping @Sendable (Patient, String) async throws -> Void
    ) -> Tampering {
        Tampering(code, "the host " + description) { patient in
            try await accident(patient, patient.link())
            return try patient.address()
        }
    }

    private static func pod(
        _ code: String, _ description: String, _ accident: @escaping @Sendable (Namespace, Patient) async throws -> Void
    ) -> Tampering {
        Tampering(code, "the pod: " + description) { patient in
            try await accident(patient.victim.namespace, patient)
            return try patient.address()
        }
    }

    private static func sysctl(_ pattern: String, _ value: String) -> Tampering {
        Tampering("host-setting", "\(pattern) is \(value)") { patient in
            try await patient.host.setSysctl(pattern.replacing("LINK", with: patient.link()), value)
            return try patient.address()
        }
    }
}
