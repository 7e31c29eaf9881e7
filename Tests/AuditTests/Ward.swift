import TestKit

/// A node on which nearly everything is wrong that `--fix` repairs.
struct Ward: Sendable {
    let node: Node
    let configuration: Value
    /// All pods that live.
    let living: [Resident]
    /// Those whose leases are in the ledger.
    let leased: [Resident]
    /// Those that can be reached.
    let wired: [Resident]
    /// The one whose address waits for others, too.
    let queued: Resident

    /// The container that an older ledger says has a living pod's address.
    static let ghost = "ghost"

    static func make(on node: Node) async throws -> Ward {
        let configuration = node.dualStackConfiguration().setting("ipam.rest_seconds", 0)
        var pods: [Resident] = []
        for name in ["sound", "lost", "usurped", "unlinked", "misled", "queued", "dead", "scratched"] {
            let pod = try await node.pod(id: name)
            pods.append(Resident(pod, result: try await node.add(pod, configuration: configuration)))
        }
        let ward = Ward(
            node: node, configuration: configuration, living: pods.filter { $0.pod.id != "dead" },
            leased: pods.filter { !["lost", "usurped", "dead"].contains($0.pod.id) },
            wired: pods.filter { ["sound", "lost", "usurped", "queued"].contains($0.pod.id) }, queued: pods[5])
        try await ward.spoil(pods)
        return ward
    }

    private func spoil(_ pods: [Resident]) async throws {
        try await node.ledger.change(
            """
            DELETE FROM lease WHERE container_id = 'lost';
            UPDATE lease SET container_id = '\(Self.ghost)', host_interface = 'cali0ghost', sandbox = '/run/netns/ghost'
            WHERE container_id = 'usurped';
            INSERT INTO freed SELECT 'n1', pool, 1, 77, id, '\(queued.result.resultAddress())', 0, '', NULL
            FROM block WHERE cidr = '10.244.0.0/26';
            INSERT INTO block SELECT NULL, '10.244.5.0/26', first + 1280, last + 1280, pool, owner, 1, 64, 0, claimed_at
            FROM block WHERE cidr = '10.244.0.0/26'
            """)
        pods[6].pod.namespace.end()
        try await node.namespace.ip(
            "link del \(pods[3].result.resultHostLink())",
            "route replace \(pods[4].result.resultAddress())/32 dev up0 scope link",
            "link set \(pods[7].result.resultHostLink()) mtu 1300",
            "route add blackhole 10.244.77.0/26 proto 80")
        try await pods[7].pod.namespace.ip("addr flush dev eth0 scope global")
        let dead = try pods[6].result.resultHostLink()
        guard try await eventually({ try await node.namespace.link(dead) == nil }) else {
            throw Failure("\(dead) has stayed")
        }
    }
}

extension Resident {
    /// Without lengths.
    func addresses() throws -> Set<String> { [try result.resultAddress(), try result.resultAddress(ipv6: true)] }
}
