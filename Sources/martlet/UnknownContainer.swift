import CNI
import Dataplane
import Ledger
import System

/// When CHECK may say that a container is unknown: the runtime then does without DEL, so nothing may be left for it.
extension Operation {
    /// How a failed CHECK is told: with code 3 where nothing exists of the attachment, otherwise with another.
    ///
    /// Where that cannot be made sure of, something may exist.
    func told(_ failure: CNIFailure) -> CNIFailure {
        // Only another IPAM plugin knows what it holds, and it says so by the same code. It does not know of the link.
        let mayBeUnknown = failure.code == (usesOwnIPAM ? .checkFailed : .unknownContainer)
        if mayBeUnknown && isUnknown() {
            return CNIFailure(
                .unknownContainer,
                "nothing is known of container " + attachment.containerID + ", interface " + attachment.ifname
                    + ": there is no lease, no link and no interface", details: failure.message)
        }
        guard failure.code == .unknownContainer else { return failure }
        return CNIFailure(.checkFailed, failure.message, details: failure.details)
    }

    private func isUnknown() -> Bool {
        do throws(CNIFailure) {
            let folder = try ledger { () throws(LedgerError) in
                try LedgerDirectory(existing: settings.dataDirectory)
            }
            guard let directory = folder else { return try !isWired() }
            let isLeased = try ledger { () throws(LedgerError) in
                // An ADD that is just at work would make what nobody cleans up.
                try directory.lock(attachment)
                guard let book = try existingLedger(directory) else { return false }
                return try !book.leases(ofContainer: attachment.containerID, ifname: attachment.ifname).isEmpty
            }
            if isLeased { return false }
            return try !isWired()
        } catch { return false }
    }

    /// Whether the pod has an interface of that name, whoever made it, or the host a link that is the attachment's.
    private func isWired() throws(CNIFailure) -> Bool {
        let namespace = try openNamespace()
        return try kernel { () throws(WiringError) in
            if try Wiring.hasInterface(attachment.ifname, in: namespace) { return true }
            return try Wiring().hostLinks().contains { attachment.isOnAnyNetwork($0) }
        }
    }
}
