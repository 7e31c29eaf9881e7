import TestKit
import Testing

@Suite("The first packet arrives")
struct PingTests {
    @Test("from the host to the pod")
    func hostToPod() async throws {
        try await withNode { node in
            let address = try await node.add(try await node.pod()).resultAddress()
            #expect(try await node.namespace.pings(address))
        }
    }

    @Test("from the pod to the host")
    func podToHost() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            #expect(try await pod.namespace.pings("192.0.2.10"))
        }
    }

    @Test("from pod to pod, both ways")
    func podToPod() async throws {
        try await withNode { node in
            let (one, two) = (try await node.pod(), try await node.pod())
            let first = try await node.add(one).resultAddress()
            let second = try await node.add(two).resultAddress()
            #expect(try await one.namespace.pings(second))
            #expect(try await two.namespace.pings(first))
        }
    }

    @Test("from a pod to itself and to its loopback")
    func podToItself() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let address = try await node.add(pod).resultAddress()
            #expect(try await pod.namespace.pings(address))
            #expect(try await pod.namespace.pings("127.0.0.1"))
        }
    }

    @Test("without a single ARP or neighbour question for the pod on the host")
    func noQuestions() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            let host = try result.resultHostLink()
            // A host that had to ask would show an entry in INCOMPLETE, and none with the pod's MAC, at this moment.
            #expect(try await node.namespace.pings(result.resultAddress()))
            let entries = try await node.namespace.neighbours().filter { $0.device == host }
            #expect(entries.allSatisfy { $0.state != "INCOMPLETE" && $0.state != "FAILED" })
        }
    }

    @Test("on every one of forty new nodes: the host's end can send when ADD answers", arguments: 1...40)
    func manyNodes(number: Int) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            try await expectPing(pod.namespace, "192.0.2.10", node.namespace)
        }
    }

    @Test("nowhere when the address of the pool belongs to no pod: the blackhole answers, not the uplink")
    func blackhole() async throws {
        try await withNode([.defaultRoute]) { node in
            let pod = try await node.pod()
            try await node.add(pod)
            let completion = try await node.namespace.run(["/sbin/ip", "route", "get", "10.244.0.63"])
            #expect(!completion.succeeded)
            #expect(completion.errorText.contains("Invalid argument"))
        }
    }
}
