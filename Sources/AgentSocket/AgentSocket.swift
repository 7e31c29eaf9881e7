/// Where plugin and agent meet on a node: two sockets in the agent's folder.
///
/// At `agent.sock` the plugin connects, says one line and hears one; each is a JSON object. To `operations.sock` it sends
/// one datagram after each operation. Both have one small message each way and one process at either end, so that nothing
/// is left of a plugin that is killed while it waits.
package enum AgentSocket {
    /// The socket at which the plugin asks.
    package static let name = "agent.sock"

    /// The socket that hears how long operations took.
    package static let operationsName = "operations.sock"

    /// Seconds that the plugin waits for an answer, and the agent for a question.
    package static let patience = 5

    /// Most bytes of a line.
    package static let longestLine = 64 << 10
}
