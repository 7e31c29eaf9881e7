import AgentSocket
import ServiceLifecycle

/// Takes in what the plugin tells of its operations after it has answered.
struct Reports: Service {
    let operations: AsyncStream<OperationReport>
    let tally: Tally
    /// Called when pods have come or gone, or have wanted to.
    let use: @Sendable () -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await report in operations {
                tally.note(report)
                if ["ADD", "DEL", "GC"].contains(report.operation) { use() }
            }
        }
    }
}
