import TestKit
import Testing

/// Who is masqueraded, as pools say.
@Suite struct NATTests {
    @Test("the world sees the node's address while the pool has natOutgoing, and the pod's once it has not")
    func natOutgoing() async throws {
        try await Lab.with { lab in
            let pod = try await lab.start("pod1", on: "node1")[0]
            let masqueraded = try await lab.packets(from: "pod1", to: "192.168.0.1")
            #expect(masqueraded.isAnswered)
            #expect(masqueraded.lines.first?.contains("IP 192.168.0.81 > 192.168.0.1: ICMP echo request") == true)

            try await lab.on(
                "master", "martletctl", "patch", "ippool", "default-ipv4-ippool", "-p",
                #"{"spec": {"natOutgoing": false}}"#)
            // No pool wants NAT any more, and the table is gone.
            #expect(
                try await eventually {
                    try await lab.on("node1", "nft", "list", "tables").contains("martlet") == false
                })
            // The machine behind the wire knows no way to pods.
            let plain = try await lab.packets(from: "pod1", to: "192.168.0.1")
            #expect(!plain.isAnswered)
            #expect(plain.lines.first?.contains("IP \(pod) > 192.168.0.1: ICMP echo request") == true)
        }
    }
}
