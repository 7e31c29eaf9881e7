import TestKit
import Testing

@Suite("STATUS")
struct StatusTests {
    private func status(_ node: Node, _ configuration: Value? = nil) async throws -> Outcome {
        try await node.cni(
            .status, configuration: (configuration ?? node.configuration()).merging(["cniVersion": "1.1.0"]))
    }

    @Test("is well on a node that has never served, and makes nothing")
    func cold() async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            try await status(node).result()
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("is well while there are addresses, and error 50 when there is none")
    func exhausted() async throws {
        try await withNode { node in
            let configuration = node.configuration().setting(
                "ipam.pools", [["name": "tiny", "cidr": "10.244.0.0/31", "blockSize": 31]])
            let pods = [try await node.pod(), try await node.pod()]
            for pod in pods {
                try await status(node, configuration).result()
                try await node.add(pod, configuration: configuration)
            }
            let error = try await status(node, configuration).error()
            #expect(error.code == 50)
            #expect(error.whole.contains("tiny"))
            try await node.delete(pods[0], configuration: configuration)
            try await status(node, configuration).result()
        }
    }

    @Test("is error 50 when the ledger cannot be read")
    func broken() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            try await node.namespace.must("/bin/rm", "-f", "\(node.data)/ledger.db-wal", "\(node.data)/ledger.db-shm")
            try writeFile("\(node.data)/ledger.db", String(repeating: "garbage ", count: 4096))
            let error = try await status(node).error()
            #expect(error.code == 50)
            #expect(error.whole.contains("ledger.db"))
        }
    }

    @Test("needs no CNI variable but the command, and knows no container")
    func variables() async throws {
        try await withNode { node in
            let configuration = node.configuration(["cniVersion": "1.1.0"])
            let nothing: [String: String?] = [
                "CNI_CONTAINERID": nil, "CNI_NETNS": nil, "CNI_IFNAME": nil, "CNI_ARGS": nil, "CNI_PATH": nil,
            ]
            try await node.cni(.status, configuration: configuration, variables: nothing).result()
        }
    }

    @Test("is an error when the configuration is wrong, or its IPAM plugin is not there")
    func wrongConfiguration() async throws {
        try await withNode { node in
            let overlapping: Value = [["name": "a", "cidr": "10.0.0.0/16"], ["name": "b", "cidr": "10.0.1.0/24"]]
            #expect(try await !status(node, node.configuration().setting("ipam.pools", overlapping)).succeeded)
            let error = try await status(node, node.configuration(["ipam": ["type": "no-such-ipam"]])).error()
            #expect(error.whole.contains("no-such-ipam"))
        }
    }
}
