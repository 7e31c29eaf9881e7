import Addressing
import IPAM

extension Ledger {
    /// Runs the allocator on the ledger as it is, takes its choice back, and says what it had to choose from.
    ///
    /// - Parameter links: those of the node: what they do not speak for, an ADD would free where it is of another boot.
    package borrowing func explain(
        _ request: LeaseRequest, _ family: AddressFamily, beside links: HostLinks,
        in directory: borrowing LedgerDirectory
    ) throws(LedgerError) -> Explanation {
        let outcome: Explanation.Outcome
        do throws(LedgerError) {
            let grant = try trying(in: directory) { () throws(LedgerError) in try add(request, beside: links) }
            guard let lease = grant.leases.first else { throw .conflict("nothing was asked for") }
            outcome = .address(
                lease.address, block: lease.blockCIDR, isNew: grant.claimedBlock,
                isResting: grant.unrested.contains(lease.address))
        } catch {
            guard case .refused = error else { throw error }
            outcome = .refused(error)
        }
        return Explanation(family: family, outcome: outcome, verdicts: try verdicts(family, outcome))
    }

    /// What an ADD does: after a reboot, and when nothing is left, what the dead held is freed first.
    private borrowing func add(_ request: LeaseRequest, beside links: HostLinks) throws(LedgerError) -> Grant {
        if try !isReclaimed() { _ = try reclaim(aliases: links.aliases, names: links.names) }
        do throws(LedgerError) { return try lease(request) } catch {
            guard case .refused(.exhausted, _) = error,
                try !reclaim(aliases: links.aliases, names: links.names).isEmpty
            else { throw error }
            return try lease(request)
        }
    }

    private borrowing func verdicts(
        _ family: AddressFamily, _ outcome: Explanation.Outcome
    ) throws(LedgerError) -> [Explanation.Verdict] {
        let ledger = try snapshot()
        var verdicts: [Explanation.Verdict] = []
        let limit = try settings().blockLimit ?? 0
        let owned = ledger.blocks.count { $0.owner == node && $0.cidr.family == family }
        let view = PoolView(ledger, node, outcome, limit: limit > 0 && owned >= limit ? limit : nil)
        for pool in ledger.pools where pool.cidr.family == family {
            if let exclusion = try exclusion(of: pool, isNamed: false) {
                verdicts.append(
                    Explanation.Verdict(
                        subject: pool.subject, reason: exclusion.reason, text: "passed over: it \(exclusion)"))
                continue
            }
            verdicts.append(view.verdict(pool))
            for block in view.ownBlocks(pool) { verdicts.append(view.verdict(block)) }
        }
        return verdicts
    }
}

/// What the verdicts on open pools and their blocks are found from.
private struct PoolView {
    let ledger: LedgerSnapshot
    let node: String
    let outcome: Explanation.Outcome
    /// The limit of blocks, if the node has as many.
    let limit: Int?
    private let leases: [Int: [LedgerSnapshot.Entry]]
    private let freed: [Int: [LedgerSnapshot.Freed]]

    init(_ ledger: LedgerSnapshot, _ node: String, _ outcome: Explanation.Outcome, limit: Int?) {
        self.ledger = ledger
        self.node = node
        self.outcome = outcome
        self.limit = limit
        leases = Dictionary(grouping: ledger.leases) { $0.lease.block }
        freed = Dictionary(grouping: ledger.freed) { $0.block }
    }

    func ownBlocks(_ pool: Pool) -> [LedgerSnapshot.Block] {
        ledger.blocks.filter { $0.pool == pool.id && $0.owner == node }
    }

    func verdict(_ pool: Pool) -> Explanation.Verdict {
        let claimed = ledger.blocks.count { $0.pool == pool.id }
        let own = ownBlocks(pool).count
        if case .address(let address, _, let isNew, let isResting) = outcome, pool.cidr.contains(address) {
            let source = isNew ? "from a new block" : "from a block that the node has"
            let rest = isResting ? ", which is still resting: nothing else is left" : ""
            return pool.verdict(.gives, "gives \(address), \(source)\(rest)")
        }
        let used = "\(own) blocks are this node's and \(claimed - own) others'"
        if UInt128(claimed) >= pool.blockCount {
            return pool.verdict(.full, "gives nothing: \(used), none is unclaimed")
        }
        if let limit {
            return pool.verdict(
                .limit,
                "gives nothing: \(used), and the limit of \(limit) blocks is reached "
                    + "(martletctl ipam configure --max-blocks-per-host)")
        }
        if case .refused = outcome {
            return pool.verdict(.reserved, "gives nothing: \(used), and what is unclaimed is reserved")
        }
        return pool.verdict(.later, "not needed: another pool serves first")
    }

    func verdict(_ block: LedgerSnapshot.Block) -> Explanation.Verdict {
        let leased = leases[block.id]?.count ?? 0
        let waiting = freed[block.id] ?? []
        let resting = waiting.count { $0.isResting && $0.quarantine == nil }
        let aside = waiting.count { $0.quarantine != nil }
        let reserved = ledger.reservations.count { $0.cidr.overlaps(block.cidr) }
        let untouched = Int(block.cidr.count) - block.next
        var parts = ["\(leased) of \(block.cidr.count) leased"]
        if resting > 0 { parts.append("\(resting) resting") }
        if aside > 0 { parts.append("\(aside) set aside") }
        if reserved > 0 { parts.append("\(reserved) reservations") }
        if untouched > 0 { parts.append("\(untouched) never given out") }
        var reason = Explanation.Reason.later
        if case .address(let address, _, _, _) = outcome, block.cidr.contains(address) {
            parts.append("gives \(address)")
            reason = .gives
        } else if UInt128(leased) == block.cidr.count {
            reason = .full
        } else if resting > 0 {
            reason = .resting
        } else if reserved > 0 {
            reason = .reserved
        }
        return Explanation.Verdict(
            subject: "block \(block.cidr)", reason: reason, text: parts.joined(separator: ", "))
    }
}

extension Pool {
    fileprivate var subject: String { "pool \(name) (\(cidr))" }

    fileprivate func verdict(_ reason: Explanation.Reason, _ text: String) -> Explanation.Verdict {
        Explanation.Verdict(subject: subject, reason: reason, text: text)
    }

    /// How many blocks it holds.
    fileprivate var blockCount: UInt128 { UInt128(1) << UInt128(blockLength - cidr.length) }
}
