import Addressing

extension Allocator {
    /// Takes the very address that somebody asked for.
    ///
    /// It must lie in an enabled pool and in a block that is this node's or nobody's. Reservations hold for it too.
    package func take<View: AllocationView & ~Copyable>(
        _ address: IPAddress, from view: borrowing View
    ) throws(View.Failure) -> Outcome {
        guard let pool = pool(of: address), let block = pool.block(of: address) else {
            return .refused(.outsidePools(address))
        }
        if pool.isClosed { return .refused(.poolDisabled(address, pool)) }
        if let reserved = try reservation(covering: address, view) { return .refused(.reserved(address, by: reserved)) }
        if try view.isLeased(address) { return .refused(.leased(address)) }
        guard let claim = try view.claim(covering: address) else {
            return try claimForRequest(address, pool, block, view)
        }
        guard claim.owner == node else {
            return .refused(.ownedElsewhere(address, block: block, owner: claim.owner))
        }
        if !claim.hasSameUse { return .refused(.otherUse(address, block: block)) }
        if let freed = try view.freedEntry(address, in: pool) {
            return .chosen(Choice(address: address, pool: pool, source: .freed(freed)))
        }
        return .chosen(Choice(address: address, pool: pool, source: .requested(block: claim.id)))
    }

    private func pool(of address: IPAddress) -> Pool? {
        for pool in pools where pool.cidr.contains(address) { return pool }
        return nil
    }

    private func claimForRequest<View: AllocationView & ~Copyable>(
        _ address: IPAddress, _ pool: Pool, _ block: Prefix, _ view: borrowing View
    ) throws(View.Failure) -> Outcome {
        if let range, !range.contains(block) { return .refused(.outsideRange(address, range)) }
        if let limit = try limitReached(view) { return .refused(.limitReached(address, limit)) }
        if pool.isShared { return .refused(.blockWanted(pools: [pool.name], address: address)) }
        // The addresses before it stay untouched: they come first, in their order.
        return .chosen(Choice(address: address, pool: pool, source: .newBlock(block, next: 0)))
    }
}
