import IPAM
import JSON
import Ledger
import Manifests
import Resources

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

    func show(_ format: GetCommand.Format, _ names: [String]) throws {
        let shown = endpoints.filter { names.isEmpty || names.contains($0.name) || names.contains($0.workload) }
        for name in names where !shown.contains(where: { $0.name == name || $0.workload == name }) {
            throw Trouble(.findings, "there is no workload endpoint \(name)", hint: "martletctl get wep -o wide")
        }
        switch format {
        case .table:
            var table = Table(["WORKLOAD", "NODE", "NETWORKS", "INTERFACE"])
            for one in shown { table.add([one.workload, one.node, one.networks, one.interface]) }
            table.print()
        case .wide:
            var table = Table(["NAME", "WORKLOAD", "NODE", "NETWORKS", "INTERFACE", "PROFILES", "NATS"])
            for one in shown { table.add([one.name, one.workload, one.node, one.networks, one.interface, "", ""]) }
            table.print()
        case .name: for one in shown { Output.line("workloadendpoint/" + one.name) }
        case .json: Output.text(JSON.array(shown.map(Self.json)).prettyPrinted)
        case .yaml:
            do throws(ManifestError) { Output.text(try JSON.yaml([.array(shown.map(Self.json))])) } catch {
                throw Trouble(.blind, error.description)
            }
        }
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
