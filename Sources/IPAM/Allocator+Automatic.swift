import Addressing

extension Allocator {
    /// Chooses an address for a pod that does not care which.
    package func choose<View: AllocationView & ~Copyable>(from view: borrowing View) throws(View.Failure) -> Outcome {
        for pool in pools where !pool.isClosed {
            if let choice = try ready(in: pool, view) { return .chosen(choice) }
        }
        let limit = try limitReached(view)
        if limit == nil, let outcome = try claim(view) { return outcome }
        for pool in pools where !pool.isClosed {
            if let freed = try freed(in: pool, view, rested: false) {
                return .chosen(Choice(address: freed.address, pool: pool, source: .freed(freed)))
            }
        }
        return .refused(.exhausted(limit: limit))
    }

    /// An address of a new block of the first pool that has one; blocks of shared pools the agent has to claim first.
    private func claim<View: AllocationView & ~Copyable>(_ view: borrowing View) throws(View.Failure) -> Outcome? {
        var shared: [String] = []
        for pool in pools where !pool.isClosed && (awaitsBlocks || !pool.isShared) {
            // What the ledger knows of a shared pool are the node's own blocks: the agent may still find none.
            guard let choice = try claim(in: pool, view) else { continue }
            if pool.isShared {
                shared.append(pool.name)
            } else if shared.isEmpty {
                return .chosen(choice)
            } else {
                break
            }
        }
        return shared.isEmpty ? nil : .refused(.blockWanted(pools: shared, address: nil))
    }

    /// An address of the node's own blocks that may be used at once.
    private func ready<View: AllocationView & ~Copyable>(
        in pool: Pool, _ view: borrowing View
    ) throws(View.Failure) -> Choice? {
        var after = 0
        while let block = try view.openBlock(in: pool, after: after) {
            if let next = try untouched(block.cidr, from: block.next, view),
                let address = block.cidr.first.advanced(by: UInt128(next))
            {
                return Choice(address: address, pool: pool, source: .untouched(block: block.id, next: next + 1))
            }
            after = block.id
        }
        guard let freed = try freed(in: pool, view, rested: true) else { return nil }
        return Choice(address: freed.address, pool: pool, source: .freed(freed))
    }

    /// Position of the first address of a block, from a position on, that nothing speaks against.
    func untouched<View: AllocationView & ~Copyable>(
        _ block: Prefix, from start: Int, _ view: borrowing View
    ) throws(View.Failure) -> Int? {
        var position = start
        while UInt128(position) < block.count {
            guard let address = block.first.advanced(by: UInt128(position)) else { return nil }
            if let reserved = try reservation(covering: address, view) {
                position = Int(min(block.count, reserved.last.distance(from: block.first) + 1))
            } else if try view.isTaken(address) {
                position += 1
            } else {
                return position
            }
        }
        return nil
    }

    /// The address freed first that is not reserved and, if asked for, has rested.
    private func freed<View: AllocationView & ~Copyable>(
        in pool: Pool, _ view: borrowing View, rested: Bool
    ) throws(View.Failure) -> FreedAddress? {
        var after = 0
        while let candidate = try view.freedAddress(in: pool, after: after) {
            // The queue is in the order of freeing: behind one that still rests, all do.
            if rested && !candidate.isRested { return nil }
            if try reservation(covering: candidate.address, view) == nil { return candidate }
            after = candidate.sequence
        }
        return nil
    }

    /// The first usable address of the first block that nobody owns.
    private func claim<View: AllocationView & ~Copyable>(
        in pool: Pool, _ view: borrowing View
    ) throws(View.Failure) -> Choice? {
        guard let (start, end) = claimable(pool) else { return nil }
        var from = start
        while let block = try view.unclaimedBlock(in: pool, from: from, to: end) {
            if let next = try untouched(block, from: 0, view), let address = block.first.advanced(by: UInt128(next)) {
                return Choice(address: address, pool: pool, source: .newBlock(block, next: next + 1))
            }
            // What reserves it may be far larger than a block.
            let reserved = try reservation(covering: block.last, view)?.last ?? block.last
            guard let following = max(block.last, reserved).advanced(by: 1), following <= end else { return nil }
            from = following
        }
        return nil
    }

    /// The part of a pool whose whole blocks this node may claim.
    func claimable(_ pool: Pool) -> (start: IPAddress, end: IPAddress)? {
        guard let range else { return (pool.cidr.first, pool.cidr.last) }
        if range.contains(pool.cidr) { return (pool.cidr.first, pool.cidr.last) }
        // A range smaller than a block holds none of them.
        return pool.cidr.contains(range) && range.length <= pool.blockLength ? (range.first, range.last) : nil
    }

    /// The limit of blocks, if the node has as many.
    func limitReached<View: AllocationView & ~Copyable>(_ view: borrowing View) throws(View.Failure) -> Int? {
        guard let family = pools.first?.cidr.family else { return nil }
        let limit = if let blockLimit { blockLimit } else { try view.blockLimit() }
        guard limit > 0, try view.ownedBlocks(family) >= limit else { return nil }
        return limit
    }

    /// What reserves an address: the configuration first, then the ledger.
    func reservation<View: AllocationView & ~Copyable>(
        covering address: IPAddress, _ view: borrowing View
    ) throws(View.Failure) -> Prefix? {
        for reservation in reservations where reservation.contains(address) { return reservation }
        return try view.reservation(covering: address)
    }
}
