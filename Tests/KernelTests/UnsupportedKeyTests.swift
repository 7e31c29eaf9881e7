import TestKit
import Testing

/// A key of Calico's with a value that is right for it, and that Martlet cannot honour.
struct Demand: Sendable, CustomTestStringConvertible {
    let path: String
    let value: Value

    init(_ path: String, _ value: Value) {
        self.path = path
        self.value = value
    }

    /// The innermost key, and the value that it has.
    var core: (key: String, value: Value) {
        if let inner = value.members.first { return (inner.key, inner.value) }
        return (String(path.split(separator: ".").last ?? ""), value)
    }

    var testDescription: String { "\(path) = \(value)" }
}

@Suite("A configuration that asks for what Martlet does not do")
struct UnsupportedKeyTests {
    private static let gates = (1...9).map { Value.string("http://localhost:909\($0)/readiness") }

    private static let demands = [
        Demand("device_type", "netkit"), Demand("mode", "vxlan"), Demand("require_mtu_file", true),
        Demand("require_mtu_file", "true"), Demand("include_default_routes", true), Demand("num_queues", 4),
        Demand("readiness_gates", .array(gates)), Demand("feature_control", ["floating_ips": true]),
        Demand("feature_control", ["ip_addrs_no_ipam": true]), Demand("dataplane_options", ["type": "grpc"]),
        Demand("ipam.subnet", "usePodCidr"), Demand("ipam.subnet", "10.244.7.0/24"),
    ]

    @Test("is error 2, whose message holds the key and all of the value, and leaves nothing", arguments: demands)
    func demand(_ demand: Demand) async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            let pod = try await node.pod()
            let configuration = node.configuration().setting(demand.path, demand.value)
            let error = try await node.cni(.add, pod, configuration: configuration).error()
            #expect(error.code == 2, "\(error)")
            #expect(error.message.contains(demand.core.key), "\(error)")
            #expect(error.message.contains(demand.core.value.text), "\(error)")
            try await node.expectUnchanged(since: before)
            try await expectEqual(pod.namespace.links().map(\.name), ["lo"])
        }
    }

    @Test("by ipam.subnet is error 2 under another plugin, too")
    func underOthers() async throws {
        try await withNode { node in
            let ptp = node.configuration(["type": "ptp"]).setting("ipam.subnet", "usePodCidr")
            let error = try await node.cni(.add, try await node.pod(), configuration: ptp).error()
            #expect(error.code == 2)
            #expect(error.message.contains("ipam.subnet") && error.message.contains("usePodCidr"))
        }
    }

    @Test(
        "by a value of the wrong type is error 7, as for any key",
        arguments: [
            Demand("device_type", 5), Demand("mode", true), Demand("require_mtu_file", "perhaps"),
            Demand("num_queues", -1), Demand("num_queues", "many"), Demand("readiness_gates", "http://localhost"),
            Demand("feature_control", ["floating_ips": 5]), Demand("dataplane_options", "grpc"),
        ])
    func wrongType(_ mistake: Demand) async throws {
        try await withNode { node in
            let configuration = node.configuration().setting(mistake.path, mistake.value)
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
            #expect(error.code == 7, "\(error)")
            #expect(error.message.contains(mistake.core.key), "\(error)")
        }
    }

    @Test("does not hinder DEL of a pod that was added before")
    func deletion() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            try await node.delete(pod, configuration: node.configuration(["device_type": "netkit"]))
            #expect(try await node.ledger.leases().isEmpty)
        }
    }
}
