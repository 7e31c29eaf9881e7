import Addressing
import IPAM
import Ledger
import System

/// One look at ledger and kernel: what the ledger says, who was at work just then, and what disagrees.
struct Look: Sendable {
    let ledger: LedgerSnapshot
    let inFlight: InFlight
    let findings: [Finding]

    /// Looks at the ledger, at the locks, and then at the kernel.
    ///
    /// In this order an attachment whose operation had ended before its lock was looked at is in the kernel as the
    /// ledger says; one whose operation began later is in flight, or its lease is another, when the ledger is looked at
    /// next.
    init(_ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, _ options: AuditOptions) throws(AuditError) {
        let ledger = try books { () throws(LedgerError) in try book.snapshot() }
        self.ledger = ledger
        inFlight = try InFlight(ledger, directory)
        let kernel = try KernelLook(ledger, options, inFlight, bootID: book.bootID)
        let mesh = MeshLook(ledger, options, kernel.tables)
        findings = Audit.examine(ledger, options) + kernel.findings + mesh.findings
    }
}

/// Who was at work when the locks were looked at.
struct InFlight: Sendable {
    private var attachments: Set<Attachment> = []
    private var blocks: Set<Prefix> = []
    /// Whether blocks were being claimed or given back.
    let areBlockRoutesChanging: Bool

    init(_ ledger: LedgerSnapshot, _ directory: borrowing LedgerDirectory) throws(AuditError) {
        areBlockRoutesChanging = try books { () throws(LedgerError) in try directory.isChangingBlockRoutes() }
        for entry in ledger.leases {
            let attachment = entry.lease.attachment
            guard try books({ () throws(LedgerError) in try directory.isLocked(attachment) }) else { continue }
            attachments.insert(attachment)
            blocks.insert(entry.lease.blockCIDR)
        }
    }

    /// Whether an operation on the attachment was in flight.
    func includes(_ attachment: Attachment) -> Bool { attachments.contains(attachment) }

    /// Whether a finding may be the trace of something that is not over yet.
    func concerns(_ finding: Finding, _ directory: borrowing LedgerDirectory) throws(AuditError) -> Bool {
        if let attachment = finding.attachment {
            if attachments.contains(attachment) { return true }
            return try books { () throws(LedgerError) in try directory.isLocked(attachment) }
        }
        switch finding.code {
        case .blackholeMissing, .blackholeForeign:
            return areBlockRoutesChanging || blocks.contains { $0.description == finding.subject }
        case .blockUnannounced, .announcedForeign, .blockLost, .blockUnknown: return areBlockRoutesChanging
        default: return false
        }
    }
}
