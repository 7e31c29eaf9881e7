import TestKit
import Testing

@Suite("Reservations")
struct ReservationTests {
    private func configuration(_ node: Node, _ reservations: Value) -> Value {
        node.configuration().setting("ipam.pools", [["name": "pool", "cidr": "10.244.0.0/29", "blockSize": 29]])
            .setting("ipam.reservations", reservations)
    }

    @Test("are never chosen")
    func automatic() async throws {
        try await withNode { node in
            let configuration = configuration(node, ["10.244.0.0/30", "10.244.0.6/32", "fd00::/64"])
            var all: Set<String> = []
            for _ in 0..<3 {
                all.insert(try await node.add(node.pod(), configuration: configuration).resultAddress())
            }
            #expect(all == ["10.244.0.4", "10.244.0.5", "10.244.0.7"])
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
            #expect(error.message.contains("reserv"))
        }
    }

    @Test("are not given to who asks for them")
    func explicit() async throws {
        try await withNode { node in
            let configuration = configuration(node, ["10.244.0.0/30"])
            let before = try await node.snapshot()
            let outcome = try await node.cni(
                .add, try await node.pod(), args: "IP=10.244.0.2", configuration: configuration)
            let error = try outcome.error()
            #expect(error.whole.contains("10.244.0.2") && error.whole.contains("reserv"))
            try await node.expectUnchanged(since: before, ignoring: [.files])
        }
    }

    @Test("of a whole block send the pod to the next one")
    func wholeBlock() async throws {
        try await withNode { node in
            let configuration = node.configuration().setting("ipam.reservations", ["10.244.0.0/26"])
            let address = try await node.add(try await node.pod(), configuration: configuration).resultAddress()
            #expect(address.hasPrefix("10.244.0."))
            #expect(try #require(Int(address.split(separator: ".")[3])) >= 64)
        }
    }

    @Test("do not take the address from a pod that has it")
    func existing() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            let reserved = node.configuration().setting("ipam.reservations", ["10.244.0.0/16"])
            try await node.check(pod, result: result, configuration: reserved).result()
            try await node.delete(pod, configuration: reserved)
            #expect(try await node.ledger.leases().isEmpty)
        }
    }
}
