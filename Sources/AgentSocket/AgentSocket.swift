/// Where plugin and agent meet on a node.
package enum AgentSocket {
    /// The socket, in the agent's folder, at which the plugin asks for blocks.
    package static let name = "agent.sock"
}
