import AgentSocket
import CNI
import Glibc

/// The node's agent, as far as an operation has come across it, and how long the operation has taken.
///
/// Where the agent is stands in what their transactions read anyway; ADD and DEL leave it here.
final class NodeAgent {
    /// The folder of its sockets; nil where there is no agent, or nobody has looked.
    var folder: String?
    private let start = NodeAgent.now()

    /// Tells the agent how the operation went, if there is one.
    func hear(of operation: CNIOperation?, code: Int) {
        guard let folder, let operation else { return }
        OperationReport(operation: operation.rawValue, code: code, microseconds: Self.now() - start).send(to: folder)
    }

    private static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }
}
