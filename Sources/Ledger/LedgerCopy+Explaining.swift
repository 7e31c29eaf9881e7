import Addressing
import IPAM

extension LedgerCopy {
    /// What an ADD would get, one explanation for each address that it asks for, and what it had to choose from.
    ///
    /// The choice is the allocator's own, after everything that an ADD does before it. Of the copy it changes what an ADD
    /// would, but for the lease.
    ///
    /// - Parameters:
    ///   - links: those of the node: what they do not speak for, an ADD would free where it is of another boot.
    ///   - preparing: what the plugin does in the ledger before it leases.
    package borrowing func explain(
        _ request: LeaseRequest, beside links: HostLinks, preparing: () throws(LedgerError) -> Void = {}
    ) throws(LedgerError) -> [Explanation] {
        if try !ledger.standing().isReclaimed { _ = try ledger.reclaim(aliases: links.aliases, names: links.names) }
        try preparing()
        let before = try ledger.pools()
        let pools = try ledger.adopt(request.pools).all
        var outcomes = try outcomes(of: request, pools)
        // When nothing is left, what the dead held is freed, and all is asked for again.
        if outcomes.contains(where: \.isExhausted),
            try !ledger.reclaim(aliases: links.aliases, names: links.names).isEmpty
        {
            outcomes = try self.outcomes(of: request, pools)
        }
        let adopted = pools.filter { pool in before.first { $0.id == pool.id } != pool }
        let snapshot = try ledger.snapshot()
        var explanations: [Explanation] = []
        for (address, outcome) in zip(request.addresses, outcomes) {
            let question = Question(
                address, of: request, pools: pools, adopted: adopted, outcome: outcome, snapshot: snapshot)
            explanations.append(
                Explanation(
                    family: address.family, outcome: outcome,
                    adopts: adopted.filter { $0.cidr.family == address.family }.map(\.name),
                    verdicts: try question.verdicts(ledger)))
        }
        return explanations
    }

    private borrowing func outcomes(
        of request: LeaseRequest, _ pools: [Pool]
    ) throws(LedgerError) -> [Explanation.Outcome] {
        var outcomes: [Explanation.Outcome] = []
        for address in request.addresses {
            do throws(LedgerError) {
                outcomes.append(.address(try Explanation.Chosen(try ledger.choose(address, request, pools))))
            } catch {
                guard case .refused(let refusal, _) = error else { throw error }
                outcomes.append(.refused(refusal))
            }
        }
        return outcomes
    }
}
