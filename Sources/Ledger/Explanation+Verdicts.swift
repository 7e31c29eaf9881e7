import Addressing
import IPAM
import SQLite

/// One address that is asked for, and what the verdicts on pools and blocks are found from.
struct Question {
    let address: LeaseRequest.Address
    let request: LeaseRequest
    /// All pools, those that the ADD brings among them.
    let pools: [Pool]
    let adopted: [Pool]
    let outcome: Explanation.Outcome
    let snapshot: LedgerSnapshot
    private let leases: [Int: [LedgerSnapshot.Entry]]
    private let freed: [Int: [LedgerSnapshot.Freed]]

    init(
        _ address: LeaseRequest.Address, of request: LeaseRequest, pools: [Pool], adopted: [Pool],
        outcome: Explanation.Outcome, snapshot: LedgerSnapshot
    ) {
        self.address = address
        self.request = request
        self.pools = pools
        self.adopted = adopted
        self.outcome = outcome
        self.snapshot = snapshot
        leases = Dictionary(grouping: snapshot.leases, by: \.lease.block)
        freed = Dictionary(grouping: snapshot.freed, by: \.block)
    }

    func verdicts(_ ledger: borrowing Ledger) throws(LedgerError) -> [Explanation.Verdict] {
        let allocator = try ledger.allocator(address, request, pools)
        var verdicts: [Explanation.Verdict] = []
        for pool in pools where pool.cidr.family == address.family {
            if let verdict = try exclusion(pool, ledger) {
                verdicts.append(verdict)
                continue
            }
            let standing = try sql { () throws(SQLiteError) in try allocator.standing(of: pool, in: ledger) }
            verdicts.append(verdict(pool, standing: standing, of: ledger.node))
            verdicts += try blocks(pool, allocator, ledger)
        }
        return verdicts
    }

    /// Why a pool is not among those to choose from.
    private func exclusion(_ pool: Pool, _ ledger: borrowing Ledger) throws(LedgerError) -> Explanation.Verdict? {
        if !request.pools.isEmpty && !request.pools.contains(where: { $0.name == pool.name }) {
            return verdict(pool, .unlisted, "passed over: it does not stand under ipam.pools")
        }
        let isNamed = address.pools.contains { $0 == pool.name || $0 == pool.cidr.description }
        if !address.pools.isEmpty && !isNamed {
            let key = pool.cidr.family == .ipv4 ? "ipam.ipv4_pools" : "ipam.ipv6_pools"
            return verdict(pool, .unlisted, "passed over: \(key) names others")
        }
        guard let exclusion = try ledger.exclusion(of: pool, isNamed: isNamed || address.wanted != nil) else {
            return nil
        }
        return verdict(pool, exclusion.reason, "passed over: it \(exclusion)")
    }

    private func verdict(
        _ pool: Pool, standing: Allocator.Standing, of node: String
    ) -> Explanation.Verdict {
        if case .address(let chosen) = outcome, chosen.pool.id == pool.id {
            let source = chosen.isNew ? "from a new block" : "from a block that the node has"
            let rest = chosen.isResting ? ", which is still resting: nothing else is left" : ""
            return verdict(pool, .gives, "gives \(chosen.address), \(source)\(rest)")
        }
        let claimed = snapshot.blocks.filter { $0.pool == pool.id }
        let own = claimed.count { $0.owner == node }
        let used = "gives nothing: \(own) blocks are this node's and \(claimed.count - own) others'"
        if case .refused(.blockWanted(let pools, _)) = outcome, pools.contains(pool.name) {
            return verdict(pool, .agent, "\(used); it is the cluster's, and the agent is asked for a block")
        }
        switch standing {
        case .ready, .unclaimed:
            let cause = address.wanted == nil ? "another pool serves first" : "a certain address is asked for"
            return verdict(pool, .later, "not needed: \(cause)")
        case .resting:
            return verdict(pool, .resting, "passed over: all that it has is still resting, and another pool serves")
        case .limited(let limit):
            let key =
                request.blockLimit == nil
                ? "martletctl ipam configure --max-blocks-per-host" : "ipam.max_blocks_per_host"
            return verdict(pool, .limit, "\(used), and the limit of \(limit) blocks is reached (\(key))")
        case .outsideRange(let range):
            return verdict(pool, .range, "\(used), and what is left lies outside of ipam.node_range \(range)")
        case .reserved: return verdict(pool, .reserved, "\(used), and what is left is reserved")
        case .full: return verdict(pool, .full, "\(used), none is unclaimed")
        }
    }

    private func verdict(_ pool: Pool, _ reason: Explanation.Reason, _ text: String) -> Explanation.Verdict {
        let isAdopted = adopted.contains { $0.id == pool.id }
        return Explanation.Verdict(
            subject: "pool \(pool.name) (\(pool.cidr))", reason: reason,
            text: isAdopted ? text + "; the ADD writes it into the ledger, as the configuration has it" : text)
    }
}

/// The node's blocks.
extension Question {
    private func blocks(
        _ pool: Pool, _ allocator: Allocator, _ ledger: borrowing Ledger
    ) throws(LedgerError) -> [Explanation.Verdict] {
        let own = snapshot.blocks.filter { $0.pool == pool.id && $0.owner == ledger.node }
        let usable = own.filter { $0.isRouted == ledger.isRouted }
        let standings = try sql { () throws(SQLiteError) in
            try allocator.standings(
                of: usable.map { OpenBlock(id: $0.id, cidr: $0.cidr, next: $0.next) }, in: pool, ledger)
        }
        let standing = Dictionary(uniqueKeysWithValues: zip(usable.map(\.id), standings))
        return own.map { block in
            var parts = contents(of: block, leased: leases[block.id]?.count ?? 0, waiting: freed[block.id] ?? [])
            let reason: Explanation.Reason
            if case .address(let chosen) = outcome, block.cidr.contains(chosen.address) {
                parts.append("gives \(chosen.address)")
                reason = .gives
            } else if let standing = standing[block.id] {
                reason = standing.reason
            } else {
                parts.append(block.isRouted ? "for pods with routes of their own" : "in another plugin's subnet")
                reason = .use
            }
            return Explanation.Verdict(
                subject: "block \(block.cidr)", reason: reason, text: parts.joined(separator: ", "))
        }
    }

    private func contents(
        of block: LedgerSnapshot.Block, leased: Int, waiting: [LedgerSnapshot.Freed]
    ) -> [String] {
        let resting = waiting.count { $0.isResting && $0.quarantine == nil }
        let aside = waiting.count { $0.quarantine != nil }
        let reservations = snapshot.reservations.map(\.cidr) + request.reservations
        let reserved = reservations.count { $0.overlaps(block.cidr) }
        let untouched = Int(block.cidr.count) - block.next
        var parts = ["\(leased) of \(block.cidr.count) leased"]
        if resting > 0 { parts.append("\(resting) resting") }
        if aside > 0 { parts.append("\(aside) set aside") }
        if reserved > 0 { parts.append("\(reserved) reservations") }
        if untouched > 0 { parts.append("\(untouched) never given out") }
        return parts
    }
}

extension Explanation.Chosen {
    init(_ choice: Allocator.Choice) throws(LedgerError) {
        guard let cidr = choice.pool.block(of: choice.address) else { throw .impossibleBlock(choice.pool) }
        address = choice.address
        pool = choice.pool
        block = cidr
        if case .newBlock = choice.source { isNew = true } else { isNew = false }
        if case .freed(let freed) = choice.source { isResting = !freed.isRested } else { isResting = false }
    }
}

extension Explanation.Outcome {
    var isExhausted: Bool { if case .refused(.exhausted) = self { true } else { false } }
}

extension Pool.Exclusion {
    fileprivate var reason: Explanation.Reason {
        switch self {
        case .disabled: .disabled
        case .draining: .draining
        case .otherNodes: .selector
        case .onRequest: .manual
        }
    }
}

extension Allocator.Standing {
    fileprivate var reason: Explanation.Reason {
        switch self {
        case .ready, .unclaimed: .later
        case .resting: .resting
        case .limited: .limit
        case .outsideRange: .range
        case .reserved: .reserved
        case .full: .full
        }
    }
}
