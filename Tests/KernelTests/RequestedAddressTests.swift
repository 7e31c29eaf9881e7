import TestKit
import Testing

@Suite("A requested address")
struct RequestedAddressTests {
    static let wanted = "10.244.3.7"

    private func capability(_ node: Node, _ contents: Value) -> Value {
        node.configuration(["runtimeConfig": contents, "capabilities": ["ips": true, "mac": true]])
    }

    private func expect(_ address: String, on node: Node, args: String = "", configuration: Value) async throws {
        let pod = try await node.pod()
        let result = try await node.add(pod, args: args, configuration: configuration)
        #expect(result.resultAddresses == ["\(address)/32"])
        #expect(try await node.namespace.pings(address))
        #expect(try await node.namespace.blackholes().contains("10.244.3.0/26"))
        try await node.delete(pod, args: args, configuration: configuration)
    }

    @Test(
        "by the ips capability, with and without a length", arguments: ["10.244.3.7", "10.244.3.7/16", "10.244.3.7/32"])
    func byCapability(text: String) async throws {
        try await withNode { node in
            let configuration = capability(node, ["ips": [.string(text)]])
            try await expect(RequestedAddressTests.wanted, on: node, configuration: configuration)
        }
    }

    @Test("by CNI_ARGS", arguments: ["IP=10.244.3.7", "IP=10.244.3.7/24", "IgnoreUnknown=1;Foo=bar;IP=10.244.3.7"])
    func byArguments(args: String) async throws {
        try await withNode { node in
            try await expect(
                RequestedAddressTests.wanted, on: node, args: args, configuration: node.configuration())
        }
    }

    @Test("by args.cni.ips, which comes before CNI_ARGS")
    func byArgs() async throws {
        try await withNode { node in
            let args: Value = ["cni": ["ips": ["10.244.3.7/24"], "labels": [["key": "a", "value": "b"]]]]
            let configuration = node.configuration(["args": args])
            try await expect(RequestedAddressTests.wanted, on: node, configuration: configuration)
            try await expect(
                RequestedAddressTests.wanted, on: node, args: "IP=10.244.9.9", configuration: configuration)
        }
    }

    @Test("of both families")
    func bothFamilies() async throws {
        try await withNode { node in
            let configuration = node.dualStackConfiguration([
                "runtimeConfig": ["ips": ["fd00:10:244::77", "10.244.3.7"]]
            ])
            let result = try await node.add(try await node.pod(), configuration: configuration)
            #expect(Set(result.resultAddresses) == ["10.244.3.7/32", "fd00:10:244::77/128"])
        }
    }

    @Test("of one family lets the other be chosen")
    func oneOfTwo() async throws {
        try await withNode { node in
            let configuration = node.dualStackConfiguration(["runtimeConfig": ["ips": ["fd00:10:244::77"]]])
            let result = try await node.add(try await node.pod(), configuration: configuration)
            #expect(try result.resultAddress(ipv6: true) == "fd00:10:244::77")
            #expect(try result.resultAddress().hasPrefix("10.244."))
        }
    }

    @Test("that a pod has is refused with its name, and can be had after that pod's DEL")
    func taken() async throws {
        try await withNode { node in
            let (one, two) = (try await node.pod(), try await node.pod())
            let args = "IP=10.244.3.7"
            try await node.add(one, args: args)
            let before = try await node.snapshot()
            let error = try await node.cni(.add, two, args: args).error()
            #expect(error.whole.contains("10.244.3.7"))
            try await node.expectUnchanged(since: before)
            try await node.delete(one, args: args)
            let again = try await node.add(two, args: args).resultAddress()
            #expect(again == "10.244.3.7")
        }
    }

    @Test("is not chosen for another pod while it is taken")
    func notChosen() async throws {
        try await withNode { node in
            let configuration = node.configuration().setting(
                "ipam.pools", [["name": "tiny", "cidr": "10.244.0.0/30", "blockSize": 30]])
            let first = try await node.add(try await node.pod(), args: "IP=10.244.0.2", configuration: configuration)
            var addresses = [try first.resultAddress()]
            for _ in 0..<3 {
                addresses.append(try await node.add(node.pod(), configuration: configuration).resultAddress())
            }
            #expect(Set(addresses) == ["10.244.0.0", "10.244.0.1", "10.244.0.2", "10.244.0.3"])
        }
    }

    @Test("in no pool, or in a disabled one, is refused with its name", arguments: ["192.0.2.99", "10.250.0.7"])
    func outside(address: String) async throws {
        try await withNode { node in
            let configuration = node.configuration().setting(
                "ipam.pools",
                [
                    ["name": "pool", "cidr": "10.244.0.0/16"],
                    ["name": "closed", "cidr": "10.250.0.0/16", "disabled": true],
                ])
            try await node.add(try await node.pod(), configuration: configuration)
            let before = try await node.snapshot()
            let outcome = try await node.cni(
                .add, try await node.pod(), args: "IP=\(address)", configuration: configuration)
            #expect(try outcome.error().whole.contains(address))
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("in another node's block is refused")
    func otherNodesBlock() async throws {
        try await withNode { node in
            let other = try await node.neighbour("n2")
            try await other.add(try await other.pod(), args: "IP=10.244.3.7")
            let error = try await node.cni(.add, try await node.pod(), args: "IP=10.244.3.8").error()
            #expect(error.whole.contains("10.244.3.8"))
            try await expectEqual(node.ledger.leases().count, 1)
        }
    }

    @Test(
        "that is no address, or two of one family, is refused with the text",
        arguments: ["10.244.3", "10.244.3.7,x", "10.244.300.1", "fd00::g"])
    func malformed(text: String) async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            let byArguments = try await node.cni(.add, try await node.pod(), args: "IP=\(text)").error()
            #expect(byArguments.whole.contains("IP"))
            let byCapability = try await node.cni(
                .add, try await node.pod(), configuration: capability(node, ["ips": [.string(text)]])
            ).error()
            #expect(byCapability.whole.contains(text))
            try await node.expectUnchanged(since: before)
        }
    }
}
