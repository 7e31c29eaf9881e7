import IPAM
import Ledger

/// Compares ledger and kernel while pods come and go beside it, and says only what is true.
///
/// It looks twice. A finding stands if both looks have it, if no operation on its attachment was in flight at either,
/// and if the lease that it is about is still the same after the second. Between the looks an operation that one of
/// them caught half-way has ended, or holds its lock, or has changed its lease.
package enum Audit {
    /// Looks, and looks again where something disagrees.
    ///
    /// - Throws: `AuditError` when it could not look.
    package static func run(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, _ options: AuditOptions
    ) throws(AuditError) -> AuditReport {
        let first = try Look(book, directory, options)
        guard !first.findings.isEmpty else { return AuditReport(first.ledger, []) }
        var pending = first.findings
        var before = first
        for _ in 0..<2 {
            let look = try Look(book, directory, options)
            pending = try standing(pending, before, look, directory)
            if pending.isEmpty { break }
            before = look
        }
        return AuditReport(before.ledger, pending)
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
        var seen: Set<Finding.Identity> = []
        self.findings = findings.filter { seen.insert($0.identity).inserted }.sorted {
            ($0.code.rank, $0.subject) < ($1.code.rank, $1.subject)
        }
    }

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

    package init(node: String) { self.node = node }
}

extension Finding {
    /// What makes two findings of different looks the same.
    struct Identity: Hashable, Sendable {
        let code: Code
        let subject: String
        let attachment: Attachment?
    }

    var identity: Identity { Identity(code: code, subject: subject, attachment: attachment) }
}

extension Finding.Code {
    /// Place in the list of codes: causes stand before what follows from them.
    var rank: Int { Finding.Code.allCases.firstIndex(of: self) ?? 0 }
}
