import JSON

/// Keys of Calico's network configuration that Martlet does not carry out.
///
/// One that would change what a pod gets is an error; one that means nothing here is noted in the log.
enum CalicoKeys {
    /// Looks for both kinds.
    ///
    /// - Returns: the harmless keys that are there.
    /// - Throws: `JSON.TypeError` that names a key that cannot be honoured, with its value, or one that is wrong.
    static func examine(_ configuration: JSONObject) throws(JSON.TypeError) -> [String] {
        if let ipam = try configuration.object("ipam"), try ipam.string("type") == "martlet-ipam",
            ipam.value("subnet") != nil
        {
            throw ipam.unsupported(
                "subnet", "no such key: give the pool under ipam.pools and the node's part as ipam.node_range")
        }
        // Under another plugin the other keys are that plugin's.
        guard try configuration.string("type") == Settings.networkType else { return [] }
        try refuse(configuration, "device_type", unless: ["", "veth"], "\"veth\": Martlet makes no netkit devices")
        try refuse(configuration, "mode", unless: [""], "no mode: Martlet makes no overlay")
        try refuseTruth(configuration, "require_mtu_file", "false: give mtu itself")
        try refuseTruth(configuration, "include_default_routes", "false: list routes under ipam.routes")
        if let queues = try configuration.integer("num_queues", in: 0...4096), queues > 1 {
            throw configuration.unsupported("num_queues", "1: Martlet makes veths with one queue")
        }
        if let gates = try configuration.strings("readiness_gates"), !gates.isEmpty {
            throw configuration.unsupported("readiness_gates", "no gates: Martlet asks nobody before it starts a pod")
        }
        if let features = try configuration.object("feature_control") {
            try refuseTruth(features, "ip_addrs_no_ipam", "false: ask for addresses with ipAddrs")
            try refuseTruth(features, "floating_ips", "false: Martlet has no floating addresses")
        }
        if let options = try configuration.object("dataplane_options") {
            try refuse(options, "type", unless: ["", "linux"], "\"linux\"")
        }
        var ignored: [String] = []
        for member in configuration.members where isHarmless(member.name) { ignored.append(member.name) }
        return ignored
    }

    private static func isHarmless(_ key: String) -> Bool {
        switch key {
        case "policy", "kubernetes", "datastore_type", "etcd_endpoints", "etcd_discovery_srv", "etcd_scheme",
            "etcd_key_file", "etcd_cert_file", "etcd_ca_cert_file", "etcd_authority", "ipam_lock_file", "qps", "burst",
            "calico_api_group", "policy_setup_timeout_seconds", "endpoint_status_dir", "windows_use_single_network",
            "windows_loopback_DSR":
            true
        default: false
        }
    }

    private static func refuse(
        _ object: JSONObject, _ key: String, unless allowed: [String], _ expected: String
    ) throws(JSON.TypeError) {
        if let text = try object.string(key), !allowed.contains(text) { throw object.unsupported(key, expected) }
    }

    private static func refuseTruth(
        _ object: JSONObject, _ key: String, _ expected: String
    ) throws(JSON.TypeError) {
        if try object.bool(key) == true { throw object.unsupported(key, expected) }
    }
}
