import Foundation
import TestKit
import Testing

@Suite("A pod that needs a block while the agent has not heard of the registry yet")
struct FirstMomentsTests {
    /// A node that knows the cluster's pool and has no block of it, an agent that has just been started, and a registry that
    /// is away.
    private func started(_ node: Node) async throws -> (agent: Agent, pod: Pod) {
        let folder = "\(node.folder.path)/registry"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let manifest = "\(node.folder.path)/pool.json"
        try writeFile(manifest, Node.pool("pods", "10.244.0.0/16").text)
        let registry = "sqlite:\(folder)/registry.db"
        let applied = try await execute(
            [Programs.built("martletctl"), "apply", "--registry", registry, "-f", manifest])
        guard applied.succeeded else { throw Failure(applied.errorText) }
        let configuration: Value = ["registry": .string(registry), "objects": .null]
        let agent = try await node.startAgent(configuration)
        guard try await eventually({ agent.log.contains("pools as the cluster has them: pods") }) else {
            throw Failure(agent.log)
        }
        agent.process.end()
        try FileManager.default.moveItem(atPath: folder, toPath: folder + ".away")
        let again = try await node.startAgent(configuration)
        guard try await eventually({ again.log.contains("alarm=registry") }) else { throw Failure(again.log) }
        return (again, try await node.pod())
    }

    @Test("waits for it")
    func waits() async throws {
        try await withNode { node in
            let (agent, pod) = try await started(node)
            async let answer = node.cni(.add, pod, configuration: node.configuration().setting("ipam.pools", .null))
            try await Task.sleep(for: .milliseconds(500))
            let folder = "\(node.folder.path)/registry"
            try FileManager.default.moveItem(atPath: folder + ".away", toPath: folder)
            let result = try await answer.result()
            #expect(try result.resultAddress().hasPrefix("10.244."), "\(agent.log)")
        }
    }

    @Test("and fails with the reason, error 11, where nothing is heard in time")
    func fails() async throws {
        try await withNode { node in
            let (agent, pod) = try await started(node)
            let error = try await node.cni(
                .add, pod, configuration: node.configuration().setting("ipam.pools", .null)
            ).error()
            #expect(error.code == 11)
            #expect(
                error.message.hasSuffix("the registry has not been heard of since the agent started"),
                "\(error.message) \(agent.log)")
        }
    }

    @Test("and, where no agent has ever been, fails with error 11 and what may be missing")
    func noAgent() async throws {
        try await withNode { node in
            let error = try await node.cni(
                .add, try await node.pod(), configuration: node.configuration().setting("ipam.pools", .null)
            ).error()
            #expect(error.code == 11)
            #expect(error.message == "ipam.pools: expected at least one pool, found none, and there is no ledger yet")
            #expect(error.details.hasSuffix("or start martletd if they are the cluster's"))
        }
    }
}
