import Dataplane
import IPAM
import Ledger
import Netlink

/// Makes Calico's pods Martlet's, in an order in which a killed import leaves nothing that matters.
///
/// First each link is told whose it is, which nobody but Martlet looks at; then the ledger learns all of it at once; then
/// the wires are brought to what Martlet's are like, which `ipam check --fix` does as well.
package struct Takeover: ~Copyable {
    private let repair: Repair

    package init(_ options: AuditOptions) { repair = Repair(options) }

    /// Why a link cannot be made an attachment's; nil if it can.
    package static func objection(to wires: CalicoPods.Wires, for attachment: Attachment) -> String? {
        if wires.link.alias.isEmpty || LinkOwner(alias: attachment.alias).owns(wires.link) { return nil }
        return "link \(wires.link.name) has the alias \"\(wires.link.alias)\", which is not its own"
    }

    /// Tells the links whose they are.
    package borrowing func mark(_ pods: [(Attachment, CalicoPods.Wires)]) throws(AuditError) {
        try wires { () throws(WiringError) in
            for (attachment, wires) in pods { try Mending.mark(wires.link, LinkOwner(alias: attachment.alias)) }
        }
    }

    /// Writes to the ledger in one transaction that claims blocks, and announces those.
    package borrowing func write(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, _ body: () throws(LedgerError) -> Void
    ) throws(AuditError) {
        try repair.claiming(book, directory, body)
    }

    /// Brings the wires of pods that are in the ledger to what Martlet's are like.
    package borrowing func settle(
        _ attachments: [Attachment], _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) {
        let ledger = try books { () throws(LedgerError) in try book.snapshot() }
        for attachment in attachments { try repair.settle(attachment, ledger, book, directory) }
    }
}
