import Addressing
import IPAM
import Ledger

/// What the ledger says of itself, compared with its own rules: no kernel is asked.
extension Audit {
    /// Everything that is wrong with the rows alone.
    package static func examine(_ ledger: LedgerSnapshot, _ options: AuditOptions) -> [Finding] {
        overlaps(ledger) + strays(ledger) + duplicates(ledger) + counts(ledger) + notes(ledger, options)
    }

    private static func overlaps(_ ledger: LedgerSnapshot) -> [Finding] {
        let used = Set(ledger.leases.map(\.lease.block))
        // Blocks come in the order of their first address.
        return zip(ledger.blocks, ledger.blocks.dropFirst()).filter { $0.cidr.overlaps($1.cidr) }.map { one, other in
            Finding(
                .blockOverlap, one.cidr.description,
                "block \(one.cidr) of \(one.owner) overlaps block \(other.cidr) of \(other.owner)",
                since: other.claimedAt,
                repair: used.contains(one.id) && used.contains(other.id)
                    ? "delete the pods of one of them, then \(Finding.fix), which gives the empty one back"
                    : Finding.fix)
        }
    }

    private static func strays(_ ledger: LedgerSnapshot) -> [Finding] {
        let blocks = Dictionary(ledger.blocks.map { ($0.id, $0.cidr) }, uniquingKeysWith: { first, _ in first })
        return ledger.leases.compactMap { entry in
            let address = entry.lease.address
            let block = blocks[entry.lease.block]
            if let block, block.contains(address) { return nil }
            return Finding(
                .leaseOutsideBlock, address.description,
                block.map { "the lease of \(address) names block \($0), which does not hold it" }
                    ?? "the lease of \(address) names block number \(entry.lease.block), which is not there",
                since: entry.createdAt, attachment: entry.lease.attachment)
        }
    }

    private static func duplicates(_ ledger: LedgerSnapshot) -> [Finding] {
        // Leases come in the order of their addresses.
        zip(ledger.leases, ledger.leases.dropFirst()).filter { $0.lease.address == $1.lease.address }.map {
            one, other in
            Finding(
                .duplicate, one.lease.address.description,
                "\(one.lease.address) is leased to \(one.holder) and to \(other.holder)", since: other.createdAt,
                repair: "delete one of the two pods")
        }
    }

    /// The block's count of addresses given out, and the queue of the freed, against the leases.
    private static func counts(_ ledger: LedgerSnapshot) -> [Finding] {
        var findings: [Finding] = []
        let leased = Set(ledger.leases.map(\.lease.address))
        for freed in ledger.freed where leased.contains(freed.address) {
            findings.append(
                Finding(
                    .countMismatch, freed.address.description,
                    "\(freed.address) is leased and stands in the queue of freed addresses, too"))
        }
        for block in ledger.blocks where block.next < 0 || UInt128(block.next) > block.cidr.count {
            findings.append(
                Finding(
                    .countMismatch, block.cidr.description,
                    "block \(block.cidr) has given out \(block.next) of its \(block.cidr.count) addresses"))
        }
        return findings
    }

    private static func notes(_ ledger: LedgerSnapshot, _ options: AuditOptions) -> [Finding] {
        var findings: [Finding] = []
        let used = Set(ledger.leases.map(\.lease.block))
        let resting = Set(ledger.freed.filter(\.isResting).map(\.block))
        // The agent gives back those of the cluster's pools, in its own time.
        let passedOver = options.tellsSharedBlocks ? [] : Set(ledger.pools.filter(\.isShared).map(\.id))
        for block in ledger.blocks
        where block.owner == options.node && !used.contains(block.id) && !resting.contains(block.id)
            && !passedOver.contains(block.pool)
        {
            findings.append(
                Finding(
                    .emptyBlock, block.cidr.description, "block \(block.cidr) is held and nothing is leased from it",
                    since: block.claimedAt))
        }
        for pool in ledger.pools where !pool.disabled {
            findings += fullness(pool, ledger, options)
        }
        for freed in ledger.freed where freed.owner == options.node {
            guard let reason = freed.quarantine else { continue }
            findings.append(
                Finding(.quarantined, freed.address.description, "\(freed.address) is set aside: \(reason)"))
        }
        return findings
    }

    private static func fullness(_ pool: Pool, _ ledger: LedgerSnapshot, _ options: AuditOptions) -> [Finding] {
        let used = ledger.leases.count { pool.cidr.contains($0.lease.address) }
        guard UInt128(used) * 100 >= pool.cidr.count * UInt128(options.nearlyFull) else { return [] }
        return [
            Finding(
                .poolNearlyFull, pool.name,
                "pool \(pool.name) (\(pool.cidr)) has \(used) of \(pool.cidr.count) addresses leased",
                repair: "martletctl apply -f, with another IPPool")
        ]
    }
}

extension LedgerSnapshot.Entry {
    /// Whose the lease is, for people: the pod where its name is known, else container and interface.
    package var holder: String {
        if let namespace = pod.namespace, let name = pod.name { return "pod \(namespace)/\(name)" }
        return "container \(lease.attachment.containerID), interface \(lease.attachment.ifname)"
    }
}
