/// Why there is no address: the code of the error.
struct Refusal: Error {
    let code: Int

    /// The call names something that cannot be had.
    static let wrong = Refusal(code: 7)
    /// It may be free a little later.
    static let later = Refusal(code: 11)
    /// The kernel's word is against it.
    static let kernel = Refusal(code: 101)
    /// There is none, and waiting does not help.
    static let none = Refusal(code: 107)
}

/// Which address the next pod gets.
extension Model {
    /// Takes one out of blocks and queues.
    ///
    /// In each pool in turn: one never given out, from the first to the last; else the one freed first, if it has rested.
    /// Else a new block, within the limit. Else the one freed first, though it rests.
    mutating func choose(isIPv6: Bool, _ wish: Wish, at now: Int) throws(Refusal) -> IP {
        if let wanted = wish.address(isIPv6: isIPv6) { return try take(wanted, wish) }
        let pools = try candidates(isIPv6: isIPv6, wish.pools(isIPv6: isIPv6))
        for pool in pools {
            if let address = untouched(in: pool) { return address }
            if let freed = longestFree(in: pool.name), isRested(freed, at: now) { return takeFreed(freed, pool) }
        }
        if !isLimitReached(isIPv6: isIPv6) {
            for pool in pools {
                if let address = claim(in: pool) { return address }
            }
        }
        for pool in pools {
            if let freed = longestFree(in: pool.name) { return takeFreed(freed, pool) }
        }
        throw book.leases.keys.contains { $0.isIPv6 == isIPv6 } ? .later : .none
    }

    /// The pools to choose from: those asked for, in that order; else all that give to this node's pods, by name.
    private func candidates(isIPv6: Bool, _ names: [String]) throws(Refusal) -> [Book.Pool] {
        if names.isEmpty {
            return book.pools.filter { $0.cidr.isIPv6 == isIPv6 && book.gives($0) }
        }
        var pools: [Book.Pool] = []
        for name in names {
            guard let pool = book.pool(name), pool.cidr.isIPv6 == isIPv6, pool.isOpen else { throw .wrong }
            pools.append(pool)
        }
        return pools
    }

    /// An address of the node's own blocks that was never given out and is not reserved.
    private func untouched(in pool: Book.Pool) -> IP? {
        for block in book.blocks where block.pool == pool.name {
            if let address = untouched(in: block.cidr, of: pool.name) { return address }
        }
        return nil
    }

    private func untouched(in block: Span, of pool: String) -> IP? {
        let freed = Set((book.queues[pool] ?? []).map(\.address))
        return block.addresses.first { book.leases[$0] == nil && !freed.contains($0) && !book.isReserved($0) }
    }

    private mutating func takeFreed(_ freed: Book.Freed, _ pool: Book.Pool) -> IP {
        dequeue(freed.address, of: pool.name)
        return freed.address
    }

    /// The first address of the first block of a pool that nobody has and that is not wholly reserved.
    private mutating func claim(in pool: Book.Pool) -> IP? {
        for block in pool.cidr.parts(length: pool.blockLength)
        where !book.blocks.contains(where: { $0.cidr.overlaps(block) }) {
            if let address = untouched(in: block, of: pool.name) {
                book.blocks.append(Book.Block(cidr: block, pool: pool.name))
                return address
            }
        }
        return nil
    }

    private func isLimitReached(isIPv6: Bool) -> Bool {
        book.limit > 0 && book.blocks.count { $0.cidr.isIPv6 == isIPv6 } >= book.limit
    }

    /// The very address that somebody asks for: of a pool that gives, not reserved, not leased; rest does not count.
    private mutating func take(_ wanted: IP, _ wish: Wish) throws(Refusal) -> IP {
        let names = wish.pools(isIPv6: wanted.isIPv6)
        let asked = names.isEmpty ? book.pools : try candidates(isIPv6: wanted.isIPv6, names)
        guard let pool = asked.first(where: { $0.cidr.contains(wanted) }), pool.isOpen, !book.isReserved(wanted) else {
            throw .wrong
        }
        if book.leases[wanted] != nil { throw .later }
        if book.block(of: wanted) == nil {
            if isLimitReached(isIPv6: wanted.isIPv6) { throw .none }
            book.blocks.append(Book.Block(cidr: Span(around: wanted, length: pool.blockLength), pool: pool.name))
        }
        dequeue(wanted, of: pool.name)
        return wanted
    }
}
