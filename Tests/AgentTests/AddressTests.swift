import TestKit
import Testing

@Suite("The agent finds the node's address")
struct AddressTests {
    /// Beside `up0` with 192.0.2.10, which leads to everywhere, there are a pod's network's bridge, and a link of a rack.
    private static let links = [
        "link add docker0 type bridge", "link set docker0 up", "addr add 172.17.0.1/16 dev docker0",
        "link add rack0 type veth peer name rack1", "link set rack0 up", "link set rack1 up",
        "addr add 10.9.0.5/24 dev rack0",
        "addr add 2001:db8:9::5/64 dev rack0 nodad", "link add down0 type veth peer name down1",
        "addr add 10.8.0.5/24 dev down0",
    ]

    @Test(
        "as Calico does, by each of its methods",
        arguments: [
            ("ip", "first-found", "192.0.2.10/24"), ("ip", "interface=rack.*", "10.9.0.5/24"),
            ("ip", "interface=nosuch,ack0$", "10.9.0.5/24"), ("ip", "skip-interface=^up", "10.9.0.5/24"),
            ("ip", "cidr=10.8.0.0/16,10.9.0.0/16", "10.9.0.5/24"), ("ip", "can-reach=10.9.0.77", "10.9.0.5/24"),
            ("ip", "10.1.2.3/24", "10.1.2.3/24"), ("ip6", "interface=rack0", "2001:db8:9::5/64"),
        ])
    func method(key: String, method: String, address: String) async throws {
        try await withNode { node in
            for link in Self.links { try await node.namespace.ip(link) }
            let agent = try await node.startAgent(
                Value(dictionaryLiteral: ("ip", "none")).setting(key, .string(method)))
            #expect(
                try await eventually { agent.log.contains("registered this node addresses=\(address)\n") },
                "\(agent.log)")
        }
    }

    @Test("and follows it: an address that comes later, and another in its place")
    func follows() async throws {
        try await withNode { node in
            let agent = try await node.startAgent(["ip": "cidr=10.9.0.0/16"])
            #expect(try await eventually { agent.log.contains("alarm=node") }, "\(agent.log)")
            try await node.namespace.ip("addr add 10.9.0.5/24 dev up0")
            #expect(
                try await eventually { agent.log.contains("registered this node addresses=10.9.0.5/24") },
                "\(agent.log)")
            try await node.namespace.ip("addr del 10.9.0.5/24 dev up0", "addr add 10.9.0.6/24 dev up0")
            #expect(
                try await eventually { agent.log.contains("registered this node addresses=10.9.0.6/24") },
                "\(agent.log)")
        }
    }

    @Test("and is registered for the audit, too, though its own file does not name it")
    func audited() async throws {
        try await withNode { node in
            let agent = try await node.startAgent()
            #expect(try await eventually { agent.log.contains("pools as the cluster has them") }, "\(agent.log)")
            let found = try await node.audit("--agent-config", "\(node.folder.path)/martletd.json").problems.map(\.code)
            // BIRD is nobody's here.
            #expect(found == ["bird-silent"])
        }
    }

    @Test(
        "and refuses what is none of them, with file and key",
        arguments: ["last-found", "interface=[", "cidr=10.0.0.0/33", "can-reach=", "2001:db8::1/64", "interface="])
    func refused(method: String) async throws {
        let folder = try Folder()
        let file = "\(folder.path)/martletd.json"
        let configuration: Value = ["ip": .string(method)]
        try writeFile(file, configuration.text)
        let said = try await execute([Programs.built("martletd"), "--check", "--config", file])
        #expect(said.status == .exited(64))
        #expect(said.errorText.contains("\(file): ip: expected an address with its prefix length, first-found, "))
    }
}
