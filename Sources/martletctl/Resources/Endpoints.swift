import IPAM
import JSON
import Ledger

/// This node's pods, as calicoctl shows them: one workload endpoint for each interface.
struct Endpoints {
    /// What calicoctl takes for the kind.
    static let aliases: Set<String> = [
        "workloadendpoint", "workloadendpoints", "wep", "weps", "workload", "workloads",
    ]

    private struct Endpoint {
        let name: String
        let workload: String
        let node: String
        let networks: String
        let interface: String
    }

    private var endpoints: [Endpoint] = []

    init(_ book: borrowing Ledger) throws {
        let snapshot = try ledger { () throws(LedgerError) in try book.snapshot() }
        let owners = Dictionary(snapshot.blocks.map { ($0.id, $0.owner) }, uniquingKeysWith: { first, _ in first })
        for (attachment, entries) in Dictionary(grouping: snapshot.leases, by: { $0.lease.attachment }) {
            let node = owners[entries[0].lease.block] ?? book.node
            let addresses = entries.map { $0.lease.address.description + "/\($0.lease.address.family.bits)" }
            endpoints.append(
                Endpoint(
                    name: Self.name(node, entries[0].pod, attachment),
                    workload: Self.workload(entries[0].pod, attachment),
                    node: node, networks: addresses.joined(separator: ","), interface: entries[0].lease.hostInterface))
        }
        endpoints.sort { ($0.workload, $0.name) < ($1.workload, $1.name) }
    }

    func listing(_ names: [String], isWide: Bool) throws(Trouble) -> Listing {
        let shown = endpoints.filter { names.isEmpty || names.contains($0.name) || names.contains($0.workload) }
        for name in names where !shown.contains(where: { $0.name == name || $0.workload == name }) {
            throw Trouble(.findings, "there is no workload endpoint \(name)", hint: "martletctl get wep -o wide")
        }
        let columns = ["WORKLOAD", "NODE", "NETWORKS", "INTERFACE"]
        var table = Table(isWide ? ["NAME"] + columns + ["PROFILES", "NATS"] : columns)
        for one in shown {
            let cells = [one.workload, one.node, one.networks, one.interface]
            table.add(isWide ? [one.name] + cells + ["", ""] : cells)
        }
        return Listing(
            lines: table.lines + [""], json: .array(shown.map(Self.json)),
            names: shown.map { "workloadendpoint/" + $0.name })
    }

    private static func json(_ endpoint: Endpoint) -> JSON {
        [
            "name": .string(endpoint.name), "workload": .string(endpoint.workload), "node": .string(endpoint.node),
            "ipNetworks": .array(endpoint.networks.split(separator: ",").map { .string(String($0)) }),
            "interfaceName": .string(endpoint.interface),
        ]
    }

    private static func workload(_ pod: PodIdentity, _ attachment: Attachment) -> String {
        pod.namespace != nil ? pod.text : attachment.containerID
    }

    /// Calico's name: its parts with every hyphen doubled, so that they can be told apart.
    private static func name(_ node: String, _ pod: PodIdentity, _ attachment: Attachment) -> String {
        let orchestrator = pod.name != nil ? "k8s" : "cni"
        let parts = [node, orchestrator, pod.name ?? attachment.containerID, attachment.ifname]
        return parts.map { $0.split(separator: "-", omittingEmptySubsequences: false).joined(separator: "--") }
            .joined(separator: "-")
    }
}
