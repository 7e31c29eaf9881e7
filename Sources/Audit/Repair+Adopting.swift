import Addressing
import Dataplane
import IPAM
import Ledger
import Netlink
import System

/// Gives leases to living pods that have lost them: after a lost ledger, or an older one that was restored.
extension Repair {
    /// Leases to a link what is routed to it.
    borrowing func adopt(
        _ finding: Finding, _ attachment: Attachment, _ tables: HostTables, _ ledger: LedgerSnapshot,
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        guard let link = tables.link(named: finding.subject), LinkOwner(alias: attachment.alias).owns(link) else {
            return .gone
        }
        let addresses = tables.routes(byLink: link.index).map(\.destination).filter { destination in
            destination.length == destination.family.bits && ledger.pools.contains { $0.cidr.contains(destination) }
        }.map(\.address)
        guard !addresses.isEmpty else { return .left }
        let dead = try deadHolders(of: addresses, tables, ledger, book, directory)
        let sighting = sight(link, attachment, addresses, tables)
        let adopted = try claiming(book, directory) { () throws(LedgerError) in
            for lease in dead { try book.free(lease) }
            var adopted: [IPAddress] = []
            for address in addresses where try book.adopt(address, sighting) { adopted.append(address) }
            return adopted
        }
        if adopted.isEmpty { return .left }
        return .repaired("leased " + adopted.map(\.description).joined(separator: " and ") + " to \(attachment.alias)")
    }

    /// Leases of addresses whose pods have them no more: an older ledger knows who had them before.
    ///
    /// Of a pod that is proven dead these are all. Of one whose sandbox is there and whose link is not, these are the
    /// addresses that lead to another pod now.
    private borrowing func deadHolders(
        of addresses: [IPAddress], _ tables: HostTables, _ ledger: LedgerSnapshot, _ book: borrowing Ledger,
        _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> [Lease] {
        let holders = Set(ledger.leases.filter { addresses.contains($0.lease.address) }.map(\.lease.attachment))
        var dead: [Lease] = []
        for holder in holders {
            // Whoever works on it just now knows better.
            if try books({ () throws(LedgerError) in try directory.isLocked(holder) }) { continue }
            let entries = ledger.leases.filter { $0.lease.attachment == holder }
            let observed = try wires { () throws(WiringError) in try ObservedPod(holder, entries, tables) }
            guard let pod = observed else { continue }
            if pod.isProvenDead(now: book.bootID) {
                dead += entries.map(\.lease)
            } else if pod.link == nil && pod.isWiredByMartlet {
                dead += entries.map(\.lease).filter { addresses.contains($0.address) }
            }
        }
        return dead
    }

    private borrowing func sight(
        _ link: Link, _ attachment: Attachment, _ addresses: [IPAddress], _ tables: HostTables
    ) -> Ledger.Sighting {
        let inside = interfaces.otherEnd(of: link, named: attachment.ifname)
        let neighbour = tables.neighbours(ofLink: link.index).first { addresses.contains($0.address) }
        let mac = inside?.mac ?? neighbour?.mac
        return Ledger.Sighting(
            attachment, hostInterface: link.name, mac: mac?.description ?? "", mtu: link.mtu,
            sandbox: inside?.path ?? "", sandboxIdentity: inside?.identity ?? FileStatus.Identity(device: 0, inode: 0))
    }
}
