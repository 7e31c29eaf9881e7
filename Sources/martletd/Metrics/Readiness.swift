import AgentConfiguration
import BIRD
import Registry

/// Whether this node's pods can be started and reached, as far as the agent knows.
struct Readiness: Sendable {
    let configuration: AgentConfiguration
    let firstPass: Latest<Bool>
    let cluster: Latest<Cluster>
    /// What of it is in the ledger.
    let written: Latest<NodePart>
    /// Set when BIRD's configuration is in its place.
    let configured: Latest<Bool>
    let alarms: Alarms

    /// What stands in the way, a line each; nothing: it is ready.
    ///
    /// Asks BIRD, for a second at most.
    var obstacles: [String] {
        var lines: [String] = []
        if firstPass.value == nil { lines.append("kernel and ledger have not been compared yet") }
        if cluster.value == nil {
            lines.append("what the cluster has agreed on is not known yet")
        } else if written.value == nil {
            lines.append("what the cluster has agreed on is not in the ledger yet")
        } else if configured.value == nil {
            lines.append("BIRD's configuration is not written yet")
        }
        let standing = alarms.current.sorted { $0.key.rawValue < $1.key.rawValue }
        lines += standing.map { "\($0.key.rawValue): \($0.value)" }
        do throws(BIRDError) {
            var control = try ControlSocket.open(configuration.bird.socket, patience: MetricsPage.patience)
            _ = try control.daemon()
        } catch {
            if alarms.current[.bird] == nil { lines.append("bird: \(error)") }
        }
        return lines
    }
}
