import TestKit
import Testing

@Suite("The agent and whoever has BIRD's port")
struct PortTests {
    @Test("says who is in the way while BIRD does not run, and starts it once nobody is")
    func stranger() async throws {
        try await withNode { node in
            let stranger = try await node.namespace.serve(179, text: "no BGP")
            let agent = try await node.startAgent(["bird": ["start": "agent"]])
            #expect(
                try await eventually { agent.log.contains("another program listens on tcp/179: ss -ltnp") },
                "\(agent.log)")
            stranger.end()
            #expect(try await eventually { agent.log.contains("started BIRD") }, "\(agent.log)")
            // It would start BIRD again.
            agent.process.end()
            try await node.namespace.must("/usr/sbin/birdc", "-s", "\(node.folder.path)/run/bird.ctl", "down")
        }
    }
}
