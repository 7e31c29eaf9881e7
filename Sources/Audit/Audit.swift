import Dataplane
import Glibc
import IPAM
import Ledger

/// Compares ledger and kernel while pods come and go beside it, and says only what is true.
///
/// It looks twice, and where something disagrees a third time. A finding stands if all looks have it, if no operation
/// on its attachment was in flight at any, and if the lease that it is about is the same in all and has not ended
/// meanwhile. Between the looks an operation that one of them caught half-way has ended, or holds its lock, or has
/// changed its lease.
package enum Audit {
    /// Looks, and looks again where something disagrees.
    ///
    /// - Throws: `AuditError` when it could not look.
    package static func run(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, _ options: AuditOptions
    ) throws(AuditError) -> AuditReport {
        let damage = options.isBrief ? [] : try integrity(book, directory)
        do throws(AuditError) {
            let (ledger, findings) = try compare(book, directory, options)
            return AuditReport(ledger, damage + findings)
        } catch {
            // What cannot be read because it is damaged has been found.
            guard !damage.isEmpty, error.isDamage else { throw error }
            return AuditReport(LedgerSnapshot(), damage)
        }
    }

    /// What there is to say where the folder of the ledger is there and no ledger is in it.
    ///
    /// - Returns: a clean report where other plugins give all addresses; nil where routes of blocks tell that there was
    ///   a ledger.
    package static func runWithoutLedger(_ options: AuditOptions) throws(AuditError) -> AuditReport? {
        let routes = try wires { () throws(WiringError) in try Wiring().blackholes(origin: options.routeOrigin) }
        return routes.isEmpty ? AuditReport(LedgerSnapshot(), []) : nil
    }

    private static func compare(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, _ options: AuditOptions
    ) throws(AuditError) -> (LedgerSnapshot, [Finding]) {
        let first = try Look(book, directory, options)
        guard !first.findings.isEmpty else { return (first.ledger, []) }
        var pending = first.findings
        var before = first
        for _ in 0..<2 {
            let look = try Look(book, directory, options)
            pending = try standing(pending, before, look, directory)
            before = look
            if pending.isEmpty { return (before.ledger, []) }
        }
        var waited = 0
        while waited < pending.map(\.code.patience).max() ?? 0 {
            usleep(250_000)
            waited += 250
            let look = try Look(book, directory, options)
            pending = try standing(pending, before, look, directory)
            before = look
        }
        // A container that ended and came again between two looks may have got the very same lease.
        let ended = try books { () throws(LedgerError) in try book.ended(after: first.ledger.lastEnded) }
        pending.removeAll { finding in finding.attachment.map(ended.contains) ?? false }
        return (before.ledger, pending)
    }

    private static func standing(
        _ findings: [Finding], _ before: Look, _ now: Look, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> [Finding] {
        let again = Set(now.findings.map(\.identity))
        let old = Dictionary(grouping: before.ledger.leases) { $0.lease.attachment }
        let new = Dictionary(grouping: now.ledger.leases) { $0.lease.attachment }
        var standing: [Finding] = []
        for finding in findings where again.contains(finding.identity) {
            if try before.inFlight.concerns(finding, directory) { continue }
            if try now.inFlight.concerns(finding, directory) { continue }
            if let attachment = finding.attachment, old[attachment] != new[attachment] { continue }
            standing.append(finding)
        }
        return standing
    }
}

/// What an audit has found.
package struct AuditReport: Sendable {
    /// The ledger as the audit saw it last.
    package let ledger: LedgerSnapshot
    /// What stands, in the order of codes and subjects.
    package let findings: [Finding]

    init(_ ledger: LedgerSnapshot, _ findings: [Finding]) {
        self.ledger = ledger
        var joined: [Finding.Identity: Finding] = [:]
        for finding in findings {
            joined[finding.identity] = joined[finding.identity]?.joined(with: finding) ?? finding
        }
        self.findings = joined.values.sorted {
            ($0.code.rank, $0.subject, $0.text) < ($1.code.rank, $1.subject, $1.text)
        }
    }

    /// Whether the ledger's file is damaged: then nothing is to be written to it.
    package var isDamaged: Bool { findings.contains { $0.code == .integrity && $0.subject == Finding.ledgerFile } }

    /// Whether anything is wrong; notes are not.
    package var isClean: Bool { findings.allSatisfy { $0.code.isNote } }
}

/// What an audit has to know.
package struct AuditOptions: Sendable {
    /// Whose blocks and pods are compared with this kernel.
    package var node: String
    /// Protocol number of the blackhole routes that are Martlet's.
    package var routeOrigin: UInt8 = 80
    /// Seconds that later plugins of a chain have to change a new pod's MAC and MTU.
    package var grace = 60
    /// Share of a pool's addresses in use, in per cent, from which it is nearly full.
    package var nearlyFull = 90
    /// Where runtimes note what they were answered (libcni).
    package var resultCache = "/var/lib/cni/results"
    /// Leaves out what takes long and what the host's links, routes, neighbours and settings have nothing to do with:
    /// whether the ledger's file is sound, what packet filters drop, and what is within pods.
    package var isBrief = false
    /// Tells of empty blocks of the cluster's pools, too: the agent gives those back, and nobody else is to.
    package var tellsSharedBlocks = false
    /// Who else is asked.
    package var witnesses = Witnesses()
    /// Hears how many pods have been compared, and of how many; each look begins anew.
    package var progress: @Sendable (_ done: Int, _ all: Int) -> Void = { _, _ in }

    package init(node: String) { self.node = node }
}

extension Finding {
    /// What makes two findings of different looks the same.
    struct Identity: Hashable, Sendable {
        let code: Code
        let subject: String
        let attachment: Attachment?
    }

    /// One finding for two that are the same but for what they say, such as of two settings of one link.
    fileprivate func joined(with other: Finding) -> Finding {
        if other.text == text { return self }
        return Finding(
            code, subject, text + "; " + other.text, since: since,
            repair: other.repair == repair ? repair : repair + " && " + other.repair, attachment: attachment)
    }

    var identity: Identity { Identity(code: code, subject: subject, attachment: attachment) }
}

extension Finding.Code {
    /// Place in the list of codes: causes stand before what follows from them.
    var rank: Int { Finding.Code.allCases.firstIndex(of: self) ?? 0 }

    /// Milliseconds for which it must stand: what others do meanwhile holds no lock.
    fileprivate var patience: Int {
        // A pod may be about to go, and the plugin `firewall` has taken its rules away already.
        if self == .forwardDropped { return 1000 }
        // A block is claimed, a pool changed, a peer has withdrawn: BIRD or the agent is about to hear of it.
        return isOfMesh ? 2000 : 0
    }
}
