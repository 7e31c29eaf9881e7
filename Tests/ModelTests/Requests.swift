import TestKit

/// How what is asked for is said.
extension Node {
    /// A configuration whose pools stand in the ledger.
    func modelConfiguration(_ network: String, _ wish: Wish) -> Value {
        var ipam: Value = [
            "type": "martlet-ipam", "assign_ipv4": .bool(wish.isIPv4), "assign_ipv6": .bool(wish.isIPv6),
        ]
        if wish.manner != .annotation {
            ipam["ipv4_pools"] = .array(wish.pools4.map { .string($0) })
            ipam["ipv6_pools"] = .array(wish.pools6.map { .string($0) })
        }
        return [
            "cniVersion": "1.1.0", "name": .string(network), "type": "martlet", "data_dir": .string(data),
            "nodename": .string(name), "log_file_path": .string("\(folder.path)/martlet.log"), "ipam": ipam,
            "runtimeConfig": wish.runtimeConfiguration,
        ]
    }
}

extension Wish {
    fileprivate var runtimeConfiguration: Value {
        let texts = addresses.map { Value.string($0.description) }
        switch manner {
        case .arguments, .configuration: return [:]
        case .capability: return ["ips": .array(texts)]
        case .annotation:
            var annotations: Value = [:]
            for (name, list) in [
                ("ipAddrs", texts), ("ipv4pools", pools4.map { .string($0) }),
                ("ipv6pools", pools6.map { .string($0) }),
            ] where !list.isEmpty {
                annotations["cni.projectcalico.org/\(name)"] = .string(Value.array(list).text)
            }
            return ["io.kubernetes.cri.pod-annotations": annotations]
        }
    }

    /// CNI_ARGS.
    func arguments(_ holder: Attachment) -> String {
        var arguments = ["IgnoreUnknown=1"]
        if holder.network == "pods" { arguments += ["K8S_POD_NAMESPACE=default", "K8S_POD_NAME=\(holder.container)"] }
        if !addresses.isEmpty, manner == .arguments || manner == .configuration {
            arguments.append("IP=" + addresses.map(\.description).joined(separator: ","))
        }
        return arguments.joined(separator: ";")
    }
}

extension Step {
    /// What martletctl is asked.
    var toolWords: [String] {
        switch self {
        case .apply, .reserve, .declare(.some): ["apply", "-f", "-"]
        case .declare(nil): ["delete", "node", "n1"]
        case .patch(let name, let isDisabled):
            ["patch", "ippool", name, "-p", Value.object(["spec": ["disabled": .bool(isDisabled)]]).text]
        case .drop(let name): ["delete", "ippool", name]
        case .unreserve(let name): ["delete", "ipreservation", name]
        case .configure(let limit, let rest):
            ["ipam", "configure"] + (limit.map { ["--max-blocks-per-host", "\($0)"] } ?? [])
                + (rest.map { ["--rest-seconds", "\($0)"] } ?? [])
        case .release(let address): ["ipam", "release", "--ip", address.description]
        case .audit(let isFixing): ["ipam", "check", "--grace", "0"] + (isFixing ? ["--fix"] : [])
        default: []
        }
    }

    /// What it is given to read.
    var manifest: String {
        switch self {
        case .apply(let pool):
            manifest(
                "IPPool", pool.name,
                [
                    "cidr": .string(pool.cidr.description), "blockSize": .integer(pool.blockLength),
                    "disabled": .bool(pool.isDisabled),
                    "assignmentMode": .string(pool.isAutomatic ? "Automatic" : "Manual"),
                    "nodeSelector": .string(pool.selector.rawValue),
                ])
        case .reserve(let name, let spans):
            manifest(
                "IPReservation", name,
                ["reservedCIDRs": .array(spans.sorted().map { .string($0.description) })])
        case .declare(let node?):
            manifest("Node", "n1", [:], labels: node.rack.map { ["rack": .string($0)] } ?? [:])
        default: ""
        }
    }

    private func manifest(_ kind: String, _ name: String, _ spec: Value, labels: Value = [:]) -> String {
        let object: Value = [
            "apiVersion": "projectcalico.org/v3", "kind": .string(kind),
            "metadata": ["name": .string(name), "labels": labels], "spec": spec,
        ]
        return object.text
    }
}
