import TestKit
import Testing

/// The tests' own tools, tried with Debian's ptp and host-local before anything else is believed.
@Suite("The test kit")
struct TestKitTests {
    private func reference(on node: Node) -> Value {
        [
            "cniVersion": "1.0.0", "name": "reference", "type": "ptp",
            "ipam": [
                "type": "host-local", "subnet": "10.1.0.0/24", "dataDir": .string("\(node.folder.path)/host-local"),
            ],
        ]
    }

    @Test("runs Debian's ptp in a namespace and sees what it made and that it is gone")
    func observation() async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: reference(on: node))
            let address = try result.resultAddress()
            #expect(address == "10.1.0.2")
            #expect(try await pod.namespace.addresses(of: "eth0").contains { $0.address == "\(address)/24" })
            try await expectEqual(node.namespace.link(result.resultHostLink())?.kind, "veth")
            #expect(try await !node.snapshot().changes(since: before).isEmpty)
            try await node.delete(pod, configuration: reference(on: node))
            try await node.expectUnchanged(since: before, ignoring: [.files])
        }
    }

    @Test("hears datagrams made by hand, IPv4 and IPv6, and does not hear those of a wrong port")
    func datagrams() async throws {
        try await withNode { node in
            try await node.namespace.ip("link add wire type veth peer name eth0")
            let pod = try await node.pod()
            try await node.namespace.ip(
                "link set wire address ee:ee:ee:ee:ee:ee", "link set eth0 netns \(pod.path)",
                "addr add 10.9.0.1/24 dev wire", "addr add fd09::1/64 dev wire nodad", "link set wire up")
            try await pod.namespace.ip("link set eth0 up")
            for (host, guest) in [("10.9.0.1", "10.9.0.2"), ("fd09::1", "fd09::2")] {
                let listener = try await node.namespace.listen(7000, bind: host)
                try await pod.sendRaw(Datagram(from: guest, to: host, port: 7001, text: "wrong,"))
                try await pod.sendRaw(Datagram(from: guest, to: host, port: 7000, text: "right,"))
                #expect(try await listener.hears("right,"))
                #expect(listener.received == "right,")
            }
        }
    }

    @Test("kills a program that takes too long and says so")
    func timeout() async throws {
        let namespace = try await Namespace.make()
        let completion = try await namespace.run(["/bin/sleep", "60"], timeout: .milliseconds(100))
        #expect(completion.status == .timedOut)
        #expect(completion.duration < .seconds(10))
    }

    @Test("takes exactly one JSON document, not two and not a half")
    func documents() throws {
        #expect(
            try Value(parsing: Array(#"{"a": [1, true, "x", null, 1.5]}"#.utf8)) == ["a": [1, true, "x", nil, 1.5]])
        #expect(throws: (any Error).self) { try Value(parsing: Array("{} {}".utf8)) }
        #expect(throws: (any Error).self) { try Value(parsing: Array(#"{"a": "#.utf8)) }
    }
}
