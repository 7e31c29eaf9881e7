import Addressing
import IPAM
import JSON
import Ledger

/// This node's pods, as calicoctl shows them: one workload endpoint for each interface.
struct Endpoints {
    /// What calicoctl takes for the kind.
    static let aliases: Set<String> = [
        "workloadendpoint", "workloadendpoints", "wep", "weps", "workload", "workloads",
    ]

    private let endpoints: [Endpoint]

    init(_ book: borrowing Ledger) throws(Trouble) {
        endpoints = try ledger { () throws(LedgerError) in try book.endpoints() }
    }

    func listing(_ names: [String], isWide: Bool) throws(Trouble) -> Listing {
        let shown = endpoints.filter { endpoint in names.isEmpty || names.contains(where: endpoint.isCalled) }
        for name in names where !shown.contains(where: { $0.isCalled(name) }) {
            throw Trouble(.findings, "there is no workload endpoint \(name)", hint: "martletctl get wep -o wide")
        }
        return Listing(
            lines: Self.table(shown, isWide: isWide).lines + [""], json: .array(shown.map(\.json)),
            names: shown.map { "workloadendpoint/" + $0.name })
    }

    private static func table(_ shown: [Endpoint], isWide: Bool) -> Table {
        let columns = ["WORKLOAD", "NODE", "NETWORKS", "INTERFACE"]
        var table = Table(isWide ? ["NAME"] + columns + ["PROFILES", "NATS"] : columns)
        for one in shown {
            let cells = [one.workload, one.node, one.networks.joined(separator: ","), one.hostInterface]
            table.add(isWide ? [one.name] + cells + ["", ""] : cells)
        }
        return table
    }
}

extension Endpoint {
    fileprivate var workload: String { pod.namespace != nil ? pod.text : attachment.containerID }

    fileprivate var networks: [String] { addresses.map { Prefix(host: $0).description } }

    /// Calico's name: its parts with every hyphen doubled, so that they can be told apart.
    fileprivate var name: String {
        let orchestrator = pod.name != nil ? "k8s" : "cni"
        let parts = [node, orchestrator, pod.name ?? attachment.containerID, attachment.ifname]
        return parts.map { $0.split(separator: "-", omittingEmptySubsequences: false).joined(separator: "--") }
            .joined(separator: "-")
    }

    fileprivate func isCalled(_ name: String) -> Bool { workload == name || self.name == name }

    fileprivate var json: JSON {
        [
            "name": .string(name), "workload": .string(workload), "node": .string(node),
            "ipNetworks": .array(networks.map { .string($0) }), "interfaceName": .string(hostInterface),
        ]
    }
}
