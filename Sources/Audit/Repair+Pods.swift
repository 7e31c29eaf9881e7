import Addressing
import Dataplane
import IPAM
import Ledger
import Netlink
import System

/// Repairs of one pod, under the lock of its attachment.
extension Repair {
    /// Frees what neither link nor sandbox speaks for any more.
    borrowing func free(
        _ pod: ObservedPod, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        guard pod.link == nil, !pod.isSandboxThere else { return .gone }
        // Another plugin's interface may live on in a namespace that has lost its path: there is but one proof.
        guard pod.isWiredByMartlet || pod.entries[0].lease.bootID != book.bootID else { return .left }
        try books { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in
                for entry in pod.entries { try book.free(entry.lease) }
            }
        }
        return .repaired("freed " + pod.entries.map(\.lease.address.description).joined(separator: " and "))
    }

    /// Makes the wires as the lease says: what is missing is made, the rest is mended.
    borrowing func rewire(_ pod: ObservedPod) throws(AuditError) -> Outcome {
        guard pod.isWiredByMartlet else { return .left }
        guard let link = pod.link else { return try wire(pod) }
        let (plan, _) = pod.expectation(link.name, resultCache: options.resultCache)
        try wires { () throws(WiringError) in
            if pod.isSandboxThere, let sandbox = pod.sandbox() { try Mending.mendPod(plan, in: sandbox) }
            try Mending.mendHost(plan, link)
        }
        return .repaired("put the wires of \(pod.entries[0].holder) right")
    }

    /// Makes the interface again in a sandbox that has lost it.
    private borrowing func wire(_ pod: ObservedPod) throws(AuditError) -> Outcome {
        guard let sandbox = pod.sandbox() else { return .gone }
        let (plan, _) = pod.expectation(pod.entries[0].lease.hostInterface, resultCache: options.resultCache)
        do throws(WiringError) {
            var wiring = try Wiring()
            try wiring.createLink(plan, in: sandbox)
            let made = try wiring.hostLink(named: plan.hostName)
            if let made {
                try Mending.mendPod(plan, in: sandbox)
                try Mending.mendHost(plan, made)
            }
        } catch {
            // A stranger's name in the way is a person's affair.
            switch error {
            case .hostNameTaken, .podNameTaken: return .left
            default: throw .wiring(error)
            }
        }
        return .repaired("made the interface of \(pod.entries[0].holder) again")
    }

    /// Puts a lease into the block that holds its address.
    borrowing func rehome(
        _ pod: ObservedPod, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        let moved = try books { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in
                var moved = 0
                for entry in pod.entries where try book.rehome(entry.lease) { moved += 1 }
                return moved
            }
        }
        return moved == 0 ? .left : .repaired("moved \(moved) leases to the blocks that hold them")
    }

    /// Leases to a link what is routed to it, or removes it when nothing is.
    borrowing func adopt(
        _ finding: Finding, _ attachment: Attachment, _ tables: HostTables, _ ledger: LedgerSnapshot,
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        guard let link = tables.link(named: finding.subject), attachment.owner.owns(link) else { return .gone }
        let addresses = tables.routes(byLink: link.index).map(\.destination).filter { destination in
            destination.length == destination.family.bits && ledger.pools.contains { $0.cidr.contains(destination) }
        }.map(\.address)
        guard !addresses.isEmpty else {
            try wires { () throws(WiringError) in try LinkRemoval.remove([link]) }
            return .repaired("removed link \(link.name), which nothing was routed to")
        }
        let known = tables.neighbours(ofLink: link.index).first { addresses.contains($0.address) }
        let adopted = try books { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in
                var adopted: [IPAddress] = []
                for address in addresses
                where try book.adopt(
                    address, attachment, hostInterface: link.name, mac: known?.mac.description ?? "", mtu: link.mtu)
                { adopted.append(address) }
                return adopted
            }
        }
        if adopted.isEmpty { return .left }
        return .repaired("leased " + adopted.map(\.description).joined(separator: " and ") + " to \(attachment.alias)")
    }
}
