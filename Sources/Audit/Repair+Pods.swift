import Dataplane
import IPAM
import Ledger
import Netlink
import System

/// Repairs of one pod, while its lock is held.
extension Repair {
    /// Frees what neither link nor sandbox speaks for any more.
    borrowing func free(
        _ pod: ObservedPod, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        guard pod.isDead(now: book.bootID) else { return .gone }
        guard pod.isProvenDead(now: book.bootID) else { return .left }
        try books { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in
                for entry in pod.entries { try book.free(entry.lease) }
            }
        }
        return .repaired("freed " + pod.addresses)
    }

    /// Makes the wires as the lease says: what is missing is made, the rest is mended.
    borrowing func rewire(
        _ pod: ObservedPod, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        guard pod.isWiredByMartlet else { return .left }
        guard let link = pod.link else { return try wire(pod) }
        if let sandbox = pod.sandbox() {
            switch try wires({ () throws(WiringError) in try Self.farEnd(of: link, pod.attachment.ifname, sandbox) }) {
            case .inPlace: break
            case .elsewhere: return .left
            case .missing:
                // What was there under that name is not any more, and there is no other way to make it again.
                try wires { () throws(WiringError) in try LinkRemoval.remove(link) }
                return try wire(pod)
            }
        }
        if link.name != pod.entries[0].lease.hostInterface {
            try books { () throws(LedgerError) in
                try book.transaction(in: directory) { () throws(LedgerError) in
                    try book.rename(pod.attachment, to: link.name)
                }
            }
        }
        let expected = Expectation(pod, hostName: link.name, resultCache: options.resultCache)
        try wires { () throws(WiringError) in
            try Mending.mendHost(expected.plan, link)
            // A neighbour entry without the right MAC heals itself; one with a wrong MAC would not.
            guard expected.knowsMAC else { return }
            if let sandbox = pod.sandbox() { try Mending.mendPod(expected.plan, in: sandbox) }
            try Mending.introducePod(expected.plan, link)
        }
        return .repaired("put the wires of \(pod.entries[0].holder) right")
    }

    /// Where a link's other end is.
    private enum FarEnd { case inPlace, elsewhere, missing }

    private static func farEnd(
        of link: Link, _ name: String, _ sandbox: borrowing NetworkNamespace
    ) throws(WiringError) -> FarEnd {
        guard let found = try Wiring.links(in: sandbox).first(where: { $0.name == name }) else { return .missing }
        return found.index == link.peerIndex && found.peerIndex == link.index ? .inPlace : .elsewhere
    }

    /// Makes the interface again in a sandbox that has lost it.
    private borrowing func wire(_ pod: ObservedPod) throws(AuditError) -> Outcome {
        guard let sandbox = pod.sandbox() else { return .gone }
        let name = pod.entries[0].lease.hostInterface
        let expected = Expectation(pod, hostName: name, resultCache: options.resultCache)
        guard expected.knowsMAC else { return .left }
        do throws(WiringError) {
            var wiring = try Wiring()
            try wiring.createLink(expected.plan, in: sandbox)
            guard let made = try wiring.hostLink(named: name) else { return .gone }
            try Mending.mendHost(expected.plan, made)
            try Mending.mendPod(expected.plan, in: sandbox, isNew: true)
            try Mending.introducePod(expected.plan, made)
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
        let moved = try claiming(book, directory) { () throws(LedgerError) in
            var moved = 0
            for entry in pod.entries where try book.rehome(entry.lease) { moved += 1 }
            return moved
        }
        return moved == 0 ? .left : .repaired("moved \(moved) leases to the blocks that hold them")
    }
}

extension ObservedPod {
    /// Whether two proofs say that nobody uses the leases.
    ///
    /// Another plugin's interface may live on in a namespace that has lost its path: of one there is but the boot.
    func isProvenDead(now bootID: String) -> Bool {
        isDead(now: bootID) && (isWiredByMartlet || entries[0].lease.bootID != bootID)
    }
}
