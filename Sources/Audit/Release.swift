import Addressing
import Dataplane
import IPAM
import Ledger

/// Frees the leases of one attachment by hand, unless it lives.
package enum Release {
    package enum Outcome: Hashable, Sendable {
        case freed([IPAddress])
        /// Whose it is, and what speaks for its being alive.
        case alive(holder: String, proof: String)
    }

    /// - Parameter isForced: frees it even if it lives.
    package static func free(
        _ attachment: Attachment, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, isForced: Bool
    ) throws(AuditError) -> Outcome {
        try books { () throws(LedgerError) in try directory.lock(attachment) }
        let tables = try wires { () throws(WiringError) in try HostTables() }
        let ledger = try books { () throws(LedgerError) in try book.snapshot() }
        let entries = ledger.leases.filter { $0.lease.attachment == attachment }
        let observed = try wires { () throws(WiringError) in try ObservedPod(attachment, entries, tables) }
        guard let pod = observed else { return .freed([]) }
        let proof = isForced ? nil : proof(of: pod, entries[0].sandbox)
        try books { () throws(LedgerError) in
            if proof == nil {
                try book.transaction(in: directory) { () throws(LedgerError) in
                    for entry in entries { try book.free(entry.lease) }
                }
            }
            try directory.unlock(attachment)
        }
        if let proof { return .alive(holder: entries[0].holder, proof: proof) }
        return .freed(entries.map(\.lease.address))
    }

    /// What speaks for a pod's being alive; nil when nothing does.
    private static func proof(of pod: ObservedPod, _ sandbox: String) -> String? {
        if let link = pod.link { return "link \(link.name) is there" }
        return pod.isSandboxThere ? "sandbox \(sandbox) is there" : nil
    }
}
