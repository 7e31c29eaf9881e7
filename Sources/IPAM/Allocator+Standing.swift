import Addressing

/// Why the allocator passes over a pool or a block: for people who ask; no pod's address hangs on it.
extension Allocator {
    /// What a pool by itself, or a block, has for the next pod.
    package enum Standing: Hashable, Sendable {
        /// An address, at once or by a new block.
        case ready
        /// An address, once the agent has claimed a block for the node.
        case unclaimed
        /// Nothing but addresses that were freed a moment ago.
        case resting
        /// A new block would have one, were the node's blocks not limited to so many.
        case limited(Int)
        /// There would be one outside of the range that the node may claim blocks of.
        case outsideRange(Prefix)
        /// What nobody has is reserved.
        case reserved
        case full
    }

    /// How a pool stands, as if it were the only one.
    ///
    /// What keeps an address back is found by asking again without it.
    package func standing<View: AllocationView & ~Copyable>(
        of pool: Pool, in view: borrowing View
    ) throws(View.Failure) -> Standing {
        switch try only(pool, range, blockLimit).choose(from: view) {
        case .chosen(let choice):
            if case .freed(let freed) = choice.source, !freed.isRested { return .resting }
            return .ready
        case .refused(.exhausted(let limit)):
            if let limit, try only(pool, range, 0).gives(view) { return .limited(limit) }
            if let range, try only(pool, nil, 0).gives(view) { return .outsideRange(range) }
        case .refused(.blockWanted): return .unclaimed
        case .refused: break
        }
        return try isReserved(pool, view) ? .reserved : .full
    }

    /// How the node's blocks of a pool stand, each as if it were the only one; in their order.
    package func standings<View: AllocationView & ~Copyable>(
        of blocks: [OpenBlock], in pool: Pool, _ view: borrowing View
    ) throws(View.Failure) -> [Standing] {
        let queued = try queued(in: pool, view)
        var standings: [Standing] = []
        for block in blocks {
            if try untouched(block.cidr, from: block.next, view) != nil {
                standings.append(.ready)
            } else if let standing = queued[block.id] {
                standings.append(standing)
            } else {
                standings.append(try hasReserved(block, view) ? .reserved : .full)
            }
        }
        return standings
    }

    private func only(_ pool: Pool, _ range: Prefix?, _ blockLimit: Int?) -> Allocator {
        Allocator(pools: [pool], node: node, range: range, blockLimit: blockLimit, reservations: reservations)
    }

    private func gives<View: AllocationView & ~Copyable>(_ view: borrowing View) throws(View.Failure) -> Bool {
        switch try choose(from: view) {
        case .chosen, .refused(.blockWanted): true
        case .refused: false
        }
    }

    /// Whether something is left of a pool that gives nothing: then it is reserved.
    private func isReserved<View: AllocationView & ~Copyable>(
        _ pool: Pool, _ view: borrowing View
    ) throws(View.Failure) -> Bool {
        if try view.unclaimedBlock(in: pool, from: pool.cidr.first, to: pool.cidr.last) != nil { return true }
        if try view.freedAddress(in: pool, after: 0) != nil { return true }
        var after = 0
        while let block = try view.openBlock(in: pool, after: after) {
            if try hasReserved(block, view) { return true }
            after = block.id
        }
        return false
    }

    /// Whether one of the addresses that a block has never given out is reserved.
    private func hasReserved<View: AllocationView & ~Copyable>(
        _ block: OpenBlock, _ view: borrowing View
    ) throws(View.Failure) -> Bool {
        var position = UInt128(block.next)
        while position < block.cidr.count, let address = block.cidr.first.advanced(by: position) {
            if try reservation(covering: address, view) != nil { return true }
            position += 1
        }
        return false
    }

    /// The best that each block of a pool has in the queue of the freed.
    private func queued<View: AllocationView & ~Copyable>(
        in pool: Pool, _ view: borrowing View
    ) throws(View.Failure) -> [Int: Standing] {
        var best: [Int: Standing] = [:]
        var after = 0
        while let freed = try view.freedAddress(in: pool, after: after) {
            after = freed.sequence
            if try reservation(covering: freed.address, view) != nil {
                best[freed.block] = best[freed.block] ?? .reserved
            } else if best[freed.block] != .ready {
                best[freed.block] = freed.isRested ? .ready : .resting
            }
        }
        return best
    }
}
