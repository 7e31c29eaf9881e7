/// What operators do.
extension Model {
    /// `martletctl apply` of an IPPool.
    mutating func apply(_ pool: Book.Pool) -> Answer {
        if book.boot.isEmpty { book.boot = boot }
        let others = book.pools.filter { $0.name != pool.name }
        let blocks = book.blocks.filter { $0.pool == pool.name }
        guard pool.cidr.length <= pool.blockLength, !others.contains(where: { $0.cidr.overlaps(pool.cidr) }) else {
            return .exit(1)
        }
        // What blocks in use forbid.
        guard blocks.allSatisfy({ pool.cidr.contains($0.cidr) && $0.cidr.length == pool.blockLength }) else {
            return .exit(1)
        }
        book.pools = (others + [pool]).sorted { $0.name < $1.name }
        return .exit(0)
    }

    /// `martletctl patch`, which is like applying the whole again: a pool that was being deleted stays.
    mutating func patch(_ name: String, isDisabled: Bool) -> Answer {
        guard var pool = book.pool(name) else { return .exit(1) }
        pool.isDisabled = isDisabled
        pool.isDraining = false
        return apply(pool)
    }

    /// `martletctl apply` of a Node with labels, or `martletctl delete node`: pools look at its labels at each ADD.
    mutating func declare(_ node: Book.Labels?) -> Answer {
        defer { book.node = node }
        return .exit(node == nil && book.node == nil ? 1 : 0)
    }

    /// `martletctl delete ippool`: it goes with the last of its blocks, and its empty ones at once.
    mutating func drop(_ name: String, at now: Int) -> Answer {
        guard let index = book.pools.firstIndex(where: { $0.name == name }) else { return .exit(1) }
        book.pools[index].isDraining = true
        for block in emptyBlocks(at: now) where block.pool == name { giveBack(block) }
        removeDrainedPools()
        return .exit(0)
    }

    mutating func reserve(_ name: String, _ spans: Set<Span>) -> Answer {
        book.reservations[name] = spans
        return .exit(0)
    }

    mutating func unreserve(_ name: String) -> Answer {
        .exit(book.reservations.removeValue(forKey: name) == nil ? 1 : 0)
    }

    mutating func configure(limit: Int?, rest: Int?) -> Answer {
        book.limit = limit ?? book.limit
        book.rest = rest ?? book.rest
        return .exit(0)
    }

    /// `martletctl ipam release`: not while the pod lives.
    mutating func release(_ address: IP, at now: Int) -> Answer {
        guard let holder = book.leases[address]?.holder, !links.contains(holder), sandboxes[holder] == nil else {
            return .exit(1)
        }
        for address in book.addresses(of: holder) { free(address, at: now) }
        return .exit(0)
    }

    /// `martletctl ipam check`: whether ledger and kernel agree.
    func audit() -> Answer {
        let isWired = book.holders.isSubset(of: links)
        let isAnnounced = Set(book.blocks.map(\.cidr)).isSubset(of: announced)
        return .exit(isWired && isAnnounced && strangers.isEmpty ? 0 : 1)
    }

    /// Addresses of pools that are routed to another device, and neither leased nor reserved.
    private var strangers: Set<IP> {
        usurped.filter { address in
            book.leases[address] == nil && !book.isReserved(address)
                && book.pools.contains { $0.cidr.contains(address) }
        }
    }

    /// `martletctl ipam check --fix`: frees what the dead have, wires the living, announces, gives back.
    mutating func fix(at now: Int) -> Answer {
        for holder in book.holders.subtracting(links) {
            let isOld = book.addresses(of: holder).contains { book.leases[$0]?.boot != boot }
            if sandboxes[holder] == nil || isOld {
                for address in book.addresses(of: holder) { free(address, at: now) }
            } else {
                links.insert(holder)
            }
        }
        announced = Set(book.blocks.map(\.cidr))
        endQuarantines()
        let empty = emptyBlocks(at: now)
        for block in empty { giveBack(block) }
        // A pool that is being deleted goes with the last of its blocks.
        if !empty.isEmpty { removeDrainedPools() }
        return audit()
    }

    private mutating func endQuarantines() {
        for (pool, queue) in book.queues {
            book.queues[pool] = queue.map {
                Book.Freed(
                    address: $0.address, at: $0.at, boot: $0.boot,
                    isSetAside: $0.isSetAside && usurped.contains($0.address))
            }
        }
    }
}
