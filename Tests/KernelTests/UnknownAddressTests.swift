import TestKit
import Testing

@Suite("CHECK of a container that is unknown to another plugin's IPAM")
struct UnknownToDelegateTests {
    private static let unknown = """
        [ "$CNI_COMMAND" = ADD ] && echo '{"cniVersion":"1.0.0","ips":[{"address":"10.3.0.9/24"}]}'
        [ "$CNI_COMMAND" = CHECK ] && echo '{"cniVersion":"1.0.0","code":3,"msg":"never heard of it"}' && exit 1
        exit 0
        """

    private func check(_ node: Node, _ pod: Pod, _ ipam: RecordingIPAM, _ result: Value) async throws -> PluginError {
        let configuration = node.configuration(["ipam": ["type": .string(ipam.name)]]).setting("prevResult", result)
        return try await node.cni(
            .check, pod, configuration: configuration, variables: ["CNI_PATH": ipam.searchPath]
        ).error()
    }

    @Test("is error 3 only when it says so and nothing is wired")
    func delegated() async throws {
        try await withNode { node in
            let ipam = try RecordingIPAM(script: UnknownToDelegateTests.unknown)
            let pod = try await node.pod()
            let configuration = node.configuration(["ipam": ["type": .string(ipam.name)]])
            let result = try await node.cni(
                .add, pod, configuration: configuration, variables: ["CNI_PATH": ipam.searchPath]
            ).result()
            let wired = try await check(node, pod, ipam, result)
            #expect(wired.code == 103, "\(wired)")
            #expect(wired.message.contains("never heard of it"))
            try await pod.namespace.ip("link del eth0")
            try await expectEqual(check(node, pod, ipam, result).code, 3)
        }
    }

    @Test("is no error 3 when it is content: it may hold an address")
    func content() async throws {
        try await withNode { node in
            let ipam = try RecordingIPAM(script: "exit 0")
            let pod = try await node.pod()
            let result: Value = [
                "cniVersion": "1.0.0", "ips": [["address": "10.3.0.9/24", "interface": 0]],
                "interfaces": [["name": "eth0", "mac": "02:00:00:00:00:01", "sandbox": .string(pod.path)]],
            ]
            try await expectEqual(check(node, pod, ipam, result).code, 103)
            #expect(try ipam.commands() == ["CHECK"])
        }
    }
}

@Suite("CHECK of martlet-ipam by itself")
struct UnknownLeaseTests {
    private func check(_ node: Node, _ pod: Pod) async throws -> PluginError {
        let result: Value = ["cniVersion": "1.0.0", "ips": [["address": "10.244.0.2/16"]]]
        let configuration = node.configuration(["type": "ptp"]).setting("prevResult", result)
        return try await node.cni(.check, pod, plugin: "martlet-ipam", configuration: configuration).error()
    }

    @Test("is error 3 where no network leases anything to the container's interface, and 103 where one does")
    func lease() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let unknown = try await check(node, pod)
            #expect(unknown.code == 3, "\(unknown)")
            #expect(unknown.message.contains(pod.id) && unknown.message.contains("eth0"))
            let other = node.configuration(["type": "ptp"], name: "others")
            try await node.cni(.add, pod, plugin: "martlet-ipam", configuration: other).result()
            try await expectEqual(check(node, pod).code, 103)
            try await node.cni(.delete, pod, plugin: "martlet-ipam", configuration: other).result()
            try await expectEqual(check(node, pod).code, 3)
        }
    }

    @Test("is error 103 while the caller's interface is in the pod, which DEL has to remove")
    func interface() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await pod.namespace.ip("link add eth0 type ifb")
            try await expectEqual(check(node, pod).code, 103)
        }
    }
}
