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
        // One after the other: what was claimed for one pod may have room for the next.
        let (calls, call) = AsyncStream<(AgentCall, BlockWish)>.makeStream()
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    let start = ContinuousClock.now
                    for await (call, wish) in calls {
                        call.answer(await reply(to: wish, until: start + Self.patience))
                    }
                }
                for await asked in listener.calls {
                    switch asked.request {
                    case .readiness: asked.answer(.alarms(readiness.obstacles))
                    case .block(let wish): call.yield((asked, wish))
                    }
                }
                call.finish()
            }
        }
        listener.end()
    }

    /// - Parameter end: until when a pod waits for the registry to be heard of.
    private func reply(to wish: BlockWish, until end: ContinuousClock.Instant) async -> AgentReply {
        guard let agreed = await cluster.first(until: end) else {
            return .refused("the registry has not been heard of since the agent started")
        }
        do {
            let (block, reason) = try await keeper.block(for: wish, agreed)
            return block.map { .granted([$0]) } ?? .refused(reason)
        } catch { return .refused("\(error)") }
    }
}
