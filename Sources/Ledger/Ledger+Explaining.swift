import Addressing
import IPAM

/// Why the next pod gets the address that it gets, or none.
package struct Explanation: Sendable {
    package let family: AddressFamily
    /// What the allocator itself would give, and where it would take it from.
    package let outcome: Outcome
    /// Every pool of the family, and every block of this node in it, with what speaks for or against it.
    package let verdicts: [Verdict]

    package enum Outcome: Sendable {
        case address(IPAddress, block: Prefix, isNew: Bool)
        case refused(LedgerError)
    }

    package struct Verdict: Hashable, Sendable {
        /// `pool NAME (CIDR)` or `block CIDR`.
        package let subject: String
        package let text: String
    }
}

extension Ledger {
    /// Runs the allocator on the ledger as it is, takes its choice back, and says what it had to choose from.
    package borrowing func explain(
        _ request: LeaseRequest, _ family: AddressFamily, in directory: borrowing LedgerDirectory
    ) throws(LedgerError) -> Explanation {
        let outcome: Explanation.Outcome
        do throws(LedgerError) {
            let grant = try rehearse(request, in: directory)
            guard let lease = grant.leases.first else { throw .conflict("nothing was asked for") }
            outcome = .address(lease.address, block: lease.blockCIDR, isNew: grant.claimedBlock)
        } catch {
            guard case .refused = error else { throw error }
            outcome = .refused(error)
        }
        return Explanation(family: family, outcome: outcome, verdicts: try verdicts(family, outcome))
    }

    private borrowing func verdicts(
        _ family: AddressFamily, _ outcome: Explanation.Outcome
    ) throws(LedgerError) -> [Explanation.Verdict] {
        let ledger = try snapshot()
        var verdicts: [Explanation.Verdict] = []
        var isServed = false
        for pool in ledger.pools where pool.cidr.family == family {
            let subject = "pool \(pool.name) (\(pool.cidr))"
            let blocks = ledger.blocks.filter { $0.pool == pool.id }
            let own = blocks.filter { $0.owner == node }
            if let exclusion = try exclusion(of: pool, isNamed: false) {
                verdicts.append(Explanation.Verdict(subject: subject, text: "passed over: it \(exclusion)"))
                continue
            }
            if case .address(let address, _, let isNew) = outcome, pool.cidr.contains(address) {
                let source = isNew ? "from a new block" : "from a block that the node has"
                verdicts.append(Explanation.Verdict(subject: subject, text: "gives \(address), \(source)"))
                isServed = true
            } else {
                let text =
                    isServed
                    ? "not needed: a pool before it serves"
                    : "gives nothing: \(own.count) blocks here are full, \(blocks.count - own.count) are other nodes', "
                        + "\(pool.blockCount - UInt128(blocks.count)) are unclaimed"
                verdicts.append(Explanation.Verdict(subject: subject, text: text))
            }
            for block in own { verdicts.append(ledger.verdict(block, outcome)) }
        }
        return verdicts
    }
}

extension LedgerSnapshot {
    fileprivate func verdict(_ block: Block, _ outcome: Explanation.Outcome) -> Explanation.Verdict {
        let leased = leases.count { $0.lease.block == block.id }
        let waiting = freed.filter { $0.block == block.id }
        let resting = waiting.count { $0.isResting && $0.quarantine == nil }
        let aside = waiting.count { $0.quarantine != nil }
        let reserved = reservations.count { $0.cidr.overlaps(block.cidr) }
        var parts = ["\(leased) of \(block.cidr.count) leased"]
        if resting > 0 { parts.append("\(resting) resting") }
        if aside > 0 { parts.append("\(aside) set aside") }
        if reserved > 0 { parts.append("\(reserved) reservations") }
        let untouched = Int(block.cidr.count) - block.next
        if untouched > 0 { parts.append("\(untouched) never given out") }
        if case .address(let address, _, _) = outcome, block.cidr.contains(address) { parts.append("gives \(address)") }
        return Explanation.Verdict(subject: "block \(block.cidr)", text: parts.joined(separator: ", "))
    }
}

extension Pool {
    /// How many blocks it holds.
    fileprivate var blockCount: UInt128 { UInt128(1) << UInt128(blockLength - cidr.length) }
}
