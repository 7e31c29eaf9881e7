import TestKit
import Testing

/// containerd's CRI plugin, called as a kubelet calls it.
@Suite(.timeLimit(.minutes(2)))
struct CRITests {
    @Test func `a pod has an address that its containers see, and its lease names the pod`() async throws {
        try await World.with(.containerd, network()) { world in
            let pod = PodSandbox(name: "web-0")
            let id = try await world.start(pod)

            let address = try await world.leasedAddress()
            #expect(try await world.addresses(of: id) == [address])
            #expect(try await world.exec(in: pod, id, "ip", "addr", "show", "eth0").contains("inet \(address)/32 "))
            #expect(try await world.answers(address))
            let lease = try #require(try await world.leases().first)
            #expect(lease["container_id"] == .string(id))
            #expect(lease["pod_namespace"] == "shop" && lease["pod_name"] == "web-0")
            #expect(lease["pod_uid"] == "uid-of-web-0")
            // printf shop.web-0 | sha1sum
            #expect(lease["host_interface"] == "calia4fc3c48bd8")
            #expect(try await world.wiring().contains { $0.hasPrefix("calia4fc3c48bd8@") })
        }
    }

    @Test func `stopping twice and removing repeats DEL without a namespace, and nothing is left`() async throws {
        try await World.with(.containerd, network()) { world in
            let id = try await world.start(PodSandbox(name: "web-0"))
            try await world.stop(id)
            #expect(try await world.traces() == .none)
            try await world.stop(id)
            try await world.remove(id)
            #expect(try await world.traces() == .none)

            let calls = try await world.calls()
            #expect(calls.map(\.verb) == ["ADD", "DEL", "DEL", "DEL"] && calls.allSatisfy { $0.exitCode == 0 })
            #expect(calls.map { $0.netns.isEmpty } == [false, false, true, true])
        }
    }

    @Test func `a pod gets the address that its annotation asks for`() async throws {
        let capabilities: Value = ["io.kubernetes.cri.pod-annotations": true]
        try await World.with(.containerd, network(capabilities: capabilities)) { world in
            let annotations = ["cni.projectcalico.org/ipAddrs": #"["10.244.7.9"]"#]
            let asking = try await world.start(PodSandbox(name: "asking", annotations: annotations))
            let other = try await world.start(PodSandbox(name: "other"))

            #expect(try await world.addresses(of: asking) == ["10.244.7.9"])
            #expect(try await world.answers("10.244.7.9"))
            #expect(try await world.addresses(of: other) != ["10.244.7.9"])

            let refusal = try await world.refusal(of: PodSandbox(name: "late", annotations: annotations))
            #expect(refusal.contains("10.244.7.9"), "\(refusal)")
        }
    }

    @Test func `a host port reaches the pod by way of portmap behind martlet in the list`() async throws {
        let portmap: Value = ["type": "portmap", "capabilities": ["portMappings": true]]
        try await World.with(.containerd, network(followedBy: [portmap])) { world in
            let pod = PodSandbox(name: "web-0", hostPorts: [8080: 80])
            let id = try await world.start(pod)
            _ = try await world.exec(
                in: pod, id, "sh", "-c", "nc -ll -p 80 -e echo served > /dev/null 2> /dev/null < /dev/null &")
            try await world.eventually("the pod's server answers on the node's port") {
                try await world.run("busybox", "nc", "-w", "1", World.nodeAddress, "8080").text == "served\n"
            }
            try await world.stop(id)
            #expect(try await world.traces() == .none)
        }
    }

    @Test func `when the pool is full the kubelet is told so, and a pod that ends makes room`() async throws {
        let pool: Value = ["name": "two", "cidr": "10.244.0.0/31", "blockSize": 31]
        try await World.with(.containerd, network(ipam: ["pools": [pool]])) { world in
            let first = try await world.start(PodSandbox(name: "first"))
            _ = try await world.start(PodSandbox(name: "second"))
            let before = try await world.traces()

            let refusal = try await world.refusal(of: PodSandbox(name: "third"))
            #expect(refusal.contains("address left") && refusal.contains("\"two\""), "\(refusal)")
            #expect(try await world.traces() == before)

            try await world.stop(first)
            let fourth = try await world.start(PodSandbox(name: "fourth"))
            #expect(try await world.answers(try await world.addresses(of: fourth)[0]))
        }
    }

    @Test func `a pod of both families is reported with both addresses`() async throws {
        let pools: Value = [["name": "four", "cidr": "10.244.0.0/16"], ["name": "six", "cidr": "fd00:10:244::/64"]]
        try await World.with(.containerd, network(ipam: ["pools": pools, "assign_ipv6": true])) { world in
            let id = try await world.start(PodSandbox(name: "web-0"))
            let leased = try await world.leases().compactMap { $0["address"].string }
            #expect(Set(try await world.addresses(of: id)) == Set(leased) && leased.count == 2)
            for address in leased { #expect(try await world.answers(address)) }
            try await world.stop(id)
            #expect(try await world.traces() == .none)
        }
    }

    @Test func `eight pods at once get eight addresses, and at once leave nothing`() async throws {
        try await World.with(.containerd, network()) { world in
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<8 {
                    group.addTask { try await world.start(PodSandbox(name: "web-\(number)")) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(try await world.leases().map { $0["address"] }).count == 8)
            for id in ids { #expect(try await world.answers(try await world.addresses(of: id)[0])) }
            try await withThrowingTaskGroup { group in
                for id in ids { group.addTask { try await world.stop(id) } }
                try await group.waitForAll()
            }
            #expect(try await world.traces() == .none)
        }
    }
}
