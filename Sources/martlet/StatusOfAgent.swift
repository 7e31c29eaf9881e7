import AgentSocket
import CNI
import Ledger

extension Operation {
    /// Whether the agent is there and well, where the configuration says that pods need it.
    func examineRequiredAgent() throws(CNIFailure) {
        guard settings.requiresAgent else { return }
        let folder = try ledger { () throws(LedgerError) in
            guard let directory = try LedgerDirectory(existing: settings.dataDirectory),
                let book = try existingLedger(directory)
            else { return nil as String? }
            return try book.transaction(in: directory) { () throws(LedgerError) in try book.standing().agent }
        }
        try examineAgent(folder, "requires_agent is true")
    }

    /// - Throws: `CNIFailure` with code 50 that names what is wrong with the agent.
    func examineAgent(_ folder: String?, _ reason: String) throws(CNIFailure) {
        guard let folder else {
            throw CNIFailure(
                .notAvailable, "no agent has ever served this node, and " + reason, details: "start martletd")
        }
        let reply: AgentReply
        do throws(AgentSilence) { reply = try AgentSocket.ask(.readiness, in: folder) } catch {
            throw CNIFailure(.notAvailable, error.description, details: reason)
        }
        switch reply {
        case .alarms(let alarms) where alarms.isEmpty: return
        case .alarms(let alarms):
            throw CNIFailure(
                .notAvailable, "the agent is not ready: " + alarms.joined(separator: "; "), details: reason)
        case .refused(let text): throw CNIFailure(.notAvailable, "the agent is not ready: " + text, details: reason)
        case .granted: throw CNIFailure(.notAvailable, "the agent answered another question", details: reason)
        }
    }
}
