extension CalicoNotes {
    /// All of it, as `calicoctl datastore migrate export` prints it: the pools as manifests, the IPAM as etcd's records.
    var migration: String {
        let items = (pools + others).map { $0.merging(["apiVersion": "projectcalico.org/v3"]) }
        let manifests = Set(items.compactMap(\.["kind"].string)).sorted().map { kind -> String in
            let list: Value = [
                "apiVersion": "projectcalico.org/v3", "kind": .string("\(kind)List"),
                "items": .array(items.filter { $0["kind"].string == kind }), "metadata": ["resourceVersion": "17"],
            ]
            return "\(list.text)\n---\n"
        }
        let cluster: Value = [
            "apiVersion": "projectcalico.org/v3", "kind": "ClusterInformation", "metadata": ["name": "default"],
            "spec": ["calicoVersion": "v3.26.4", "clusterType": "k8s,bgp", "datastoreReady": false],
        ]
        return "\(manifests.joined())===\n\(cluster.text)\n===\n\(records.text)\n"
    }

    private var records: Value {
        var records: [String: [Value]] = [:]
        for item in list["items"].elements {
            let spec = item["spec"]
            switch item["kind"] {
            case "IPAMBlock":
                records["blocks", default: []].append(
                    Self.record("assignment/\(Self.path(spec["cidr"].string ?? ""))", spec))
            case "IPAMHandle":
                records["handles", default: []].append(
                    Self.record("handle/\(spec["handleID"].string ?? "")", ["block": spec["block"], "deleted": false]))
            case "BlockAffinity":
                let place = "host/\(spec["node"].string ?? "")/\(Self.path(spec["cidr"].string ?? ""))"
                records["block_affinities", default: []].append(
                    Self.record(place, ["state": spec["state"], "deleted": false]))
            default: break
            }
        }
        return .object(records.mapValues { .array($0) })
    }

    private static func record(_ place: String, _ value: Value) -> Value {
        ["Key": .string("/calico/ipam/v2/\(place)"), "Value": value, "TTL": 0]
    }

    private static func path(_ cidr: String) -> String {
        "ipv\(cidr.contains(":") ? 6 : 4)/block/\(cidr.replacing("/", with: "-"))"
    }
}
