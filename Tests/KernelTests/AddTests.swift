import TestKit
import Testing

@Suite("ADD of one IPv4 pod")
struct AddTests {
    @Test("answers with both ends, one address of full length and a default route")
    func result() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            let mac = try #require(try await pod.namespace.link("eth0")).mac
            let host = try result.resultHostLink()
            #expect(result["cniVersion"] == "1.0.0")
            #expect(result["interfaces"].elements.count == 2)
            #expect(result["interfaces"][0]["name"] == .string(host))
            #expect(result["interfaces"][0]["mac"] == "ee:ee:ee:ee:ee:ee")
            #expect(result["interfaces"][1]["name"] == "eth0")
            #expect(result["interfaces"][1]["mac"] == .string(mac))
            #expect(result["interfaces"][1]["sandbox"] == .string(pod.path))
            #expect(result.resultAddresses.count == 1)
            #expect(try result.resultAddresses == ["\(result.resultAddress())/32"])
            #expect(try result.resultAddress().hasPrefix("10.244.0."))
            #expect(result["ips"][0]["interface"] == 1)
            #expect(result["ips"][0]["gateway"] == .null)
            #expect(result["routes"] == [["dst": "0.0.0.0/0", "gw": "169.254.1.1"]])
        }
    }

    @Test("makes eth0 with the /32, the way to 169.254.1.1 and the default through it, and nothing else")
    func insidePod() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let address = try await node.add(pod).resultAddress()
            let links = try await pod.namespace.links()
            #expect(links.map(\.name).sorted() == ["eth0", "lo"])
            #expect(links.allSatisfy { $0.isUp })
            try await expectEqual(
                pod.namespace.addresses(of: "eth0").map(\.address).filter { !$0.contains(":") }, ["\(address)/32"])
            let routes = try await pod.namespace.routes().filter { !$0.destination.contains(":") }
            #expect(Set(routes.map(\.destination)) == ["0.0.0.0/0", "169.254.1.1/32"])
            let gateway = try #require(routes.first { $0.destination == "169.254.1.1/32" })
            #expect(gateway.device == "eth0" && gateway.scope == 253 && gateway.gateway == nil)
            let fallback = try #require(routes.first { $0.destination == "0.0.0.0/0" })
            #expect(fallback.device == "eth0" && fallback.gateway == "169.254.1.1")
        }
    }

    @Test("gives the pod a MAC that no vendor has, another for each container, and the same when that comes again")
    func mac() async throws {
        try await withNode { node in
            let (pod, other) = (try await node.pod(), try await node.pod())
            let mac = try await node.add(pod)["interfaces"][1]["mac"].string
            #expect(try await node.add(other)["interfaces"][1]["mac"].string != mac)
            // The second digit of a local and unicast address, IEEE 802.
            let digit = try #require(mac?.dropFirst().first)
            #expect("26ae".contains(digit))
            try await node.delete(pod)
            try await expectEqual(node.add(pod)["interfaces"][1]["mac"].string, mac)
        }
    }

    @Test("makes a host end with Calico's MAC, one queue, an alias, and the other end in the pod")
    func hostEnd() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let name = try await node.add(pod).resultHostLink()
            let host = try #require(try await node.namespace.link(name))
            let guest = try #require(try await pod.namespace.link("eth0"))
            #expect(host.kind == "veth" && guest.kind == "veth")
            #expect(host.peerIndex == guest.index && guest.peerIndex == host.index)
            #expect(host.isUp)
            #expect(host.mac == "ee:ee:ee:ee:ee:ee")
            #expect(guest.mac != host.mac)
            #expect(host.queues == 1 && guest.queues == 1)
            #expect(host.alias == "pods/\(pod.id)/eth0")
            try await expectEqual(node.namespace.addresses(of: name).filter { !$0.address.hasPrefix("fe80:") }, [])
        }
    }

    @Test("puts the pod's /32 with scope link and the block's blackhole with protocol 80 on the host")
    func hostRoutes() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            let routes = try await node.namespace.routes(to: result.resultAddresses[0])
            #expect(routes.count == 1)
            #expect(try routes.first?.device == result.resultHostLink())
            #expect(routes.first?.scope == 253)
            #expect(routes.first?.kind == .unicast)
            #expect(routes.first?.gateway == nil)
            try await expectEqual(node.namespace.blackholes(), ["10.244.0.0/26"])
            try await expectEqual(node.ledger.blocks(), [.init(cidr: "10.244.0.0/26", owner: "n1")])
        }
    }

    @Test("knows the neighbours on both sides before the first packet")
    func neighbours() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            let guest = try #require(try await pod.namespace.link("eth0"))
            let inPod = try await pod.namespace.neighbours().first { $0.address == "169.254.1.1" }
            #expect(inPod?.mac == "ee:ee:ee:ee:ee:ee")
            #expect(inPod?.device == "eth0")
            #expect(inPod?.state == "PERMANENT")
            let address = try result.resultAddress()
            let onHost = try await node.namespace.neighbours().first { $0.address == address }
            #expect(onHost?.mac == guest.mac)
            #expect(try onHost?.device == result.resultHostLink())
            #expect(onHost?.state == "STALE")
            #expect(onHost?.isExternallyLearned == true)
        }
    }

    @Test("records the lease with all that DEL needs")
    func lease() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            let address = try result.resultAddress()
            let host = try result.resultHostLink()
            try await expectEqual(
                node.ledger.leases(),
                [
                    .init(address: address, network: "pods", container: pod.id, ifname: "eth0", hostInterface: host)
                ])
        }
    }

    @Test("gives a second pod another address of the same block")
    func secondPod() async throws {
        try await withNode { node in
            let first = try await node.add(try await node.pod())
            let second = try await node.add(try await node.pod())
            #expect(try first.resultAddress() != second.resultAddress())
            #expect(try first.resultHostLink() != second.resultHostLink())
            try await expectEqual(node.ledger.blocks().count, 1)
        }
    }

    @Test("names the pod's interface as asked")
    func interfaceName() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod, ifname: "a-15-byte-name.")
            #expect(result["interfaces"][1]["name"] == "a-15-byte-name.")
            try await expectEqual(pod.namespace.links().map(\.name).sorted(), ["a-15-byte-name.", "lo"])
            try await node.delete(pod, ifname: "a-15-byte-name.")
            try await expectEqual(pod.namespace.links().map(\.name), ["lo"])
        }
    }

    @Test("makes the ledger's folder and files for root alone")
    func fileModes() async throws {
        try await withNode { node in
            try await node.add(try await node.pod())
            #expect(fileMode(node.data) == 0o700)
            #expect(fileMode("\(node.data)/ledger.db") == 0o600)
            #expect(fileMode("\(node.data)/ledger.lock") == 0o600)
        }
    }

    @Test("passes the configured dns on")
    func dns() async throws {
        try await withNode { node in
            let dns: Value = ["nameservers": ["192.0.2.53"], "search": ["cluster.test"]]
            let result = try await node.add(try await node.pod(), configuration: node.configuration(["dns": dns]))
            #expect(result["dns"] == dns)
        }
    }

    @Test("adds the configured routes in place of the default one")
    func routes() async throws {
        try await withNode { node in
            let configuration = node.configuration().setting(
                "ipam.routes", [["dst": "198.51.100.0/24"], ["dst": "203.0.113.0/24"]])
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: configuration)
            #expect(result["routes"].elements.compactMap { $0["dst"].string } == ["198.51.100.0/24", "203.0.113.0/24"])
            let routes = try await pod.namespace.routes().filter { !$0.destination.contains(":") }
            #expect(
                Set(routes.map(\.destination)) == ["198.51.100.0/24", "203.0.113.0/24", "169.254.1.1/32"])
        }
    }
}
