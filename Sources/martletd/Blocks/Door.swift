import AgentListener
import AgentSocket
import Logging
import Registry
import ServiceLifecycle

/// Answers the plugin: pods that find no address wait for it.
struct Door: Service {
    let listener: AgentListener
    let keeper: BlockKeeper
    let cluster: Latest<Cluster>
    let readiness: Readiness
    let log: Logger

    /// Shorter than the plugin waits (`AgentSocket.patience`).
    private static let patience = Duration.seconds(3)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let start = ContinuousClock.now
            for await call in listener.calls {
                call.answer(await reply(to: call.request, until: start + Self.patience))
            }
        }
        listener.end()
    }

    /// - Parameter end: until when a pod waits for the registry to be heard of.
    private func reply(to request: AgentRequest, until end: ContinuousClock.Instant) async -> AgentReply {
        switch request {
        case .readiness: return .alarms(readiness.obstacles)
        case .block(let wish):
            guard let agreed = await cluster.first(until: end) else {
                return .refused("the registry has not been heard of since the agent started")
            }
            do {
                let (block, reason) = try await keeper.block(for: wish, agreed)
                return block.map { .granted([$0]) } ?? .refused(reason)
            } catch { return .refused("\(error)") }
        }
    }
}
