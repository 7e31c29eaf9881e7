/// What a node should be, by the rules of docs/ledger.md, docs/audit.md and the README: no code of Martlet's is used.
///
/// A value: every step makes another, and what may have happened is tried on copies.
struct Model: Sendable {
    var book = Book()
    /// Whose link is on the host.
    var links: Set<Attachment> = []
    /// The blocks whose blackholes are on the host.
    var announced: Set<Span> = []
    /// Addresses whose route another device has.
    var usurped: Set<IP> = []
    /// In which of the node's sandboxes a container lives.
    var sandboxes: [Attachment: Int] = [:]
    /// Containers that were deleted not long ago, and where they lived.
    var former: [Attachment: Int] = [:]
    /// The node's starts so far.
    var start = 1

    /// What was committed in this step, in order: where a killed operation may have stopped.
    private(set) var committed: [Moment] = []
    /// The step in which an address was freed. Those of one step have no order among them, until one is seen.
    private var turns: [IP: Int] = [:]
    private var turn = 0
    private var settled = 0
    /// What was given in this step, where the rules leave more than one possibility.
    private var seen: Set<IP> = []

    /// `/proc/sys/kernel/random/boot_id`.
    static func boot(_ start: Int) -> String {
        "b0071d00-0000-4000-8000-" + String(1_000_000_000_000 + start).dropFirst()
    }
    var boot: String { Self.boot(start) }

    /// Begins a step of which these addresses were seen to be given.
    mutating func begin(seeing addresses: Set<IP>) {
        turn += 1
        seen = addresses
        committed = []
    }

    /// The ledger at one time, with what is known of its queues.
    struct Moment: Sendable {
        let book: Book
        fileprivate let turns: [IP: Int]
    }

    var moment: Moment { Moment(book: book, turns: turns) }

    mutating func commit() { committed.append(moment) }

    /// The model of a node whose ledger has come no further than that.
    func stopped(at moment: Moment) -> Model {
        var model = self
        (model.book, model.turns) = (moment.book, moment.turns)
        return model
    }

    /// An address comes back to the end of its queue.
    mutating func free(_ address: IP, at now: Int, isSetAside: Bool = false) {
        guard let lease = book.leases.removeValue(forKey: address), let block = book.block(of: address) else { return }
        book.queues[block.pool, default: []].append(
            Book.Freed(address: address, at: now, boot: lease.boot, isSetAside: isSetAside))
        turns[address] = turn
        // Nobody has had what is set aside.
        if !isSetAside { book.ended += 1 }
    }

    /// An address leaves its queue.
    mutating func dequeue(_ address: IP, of pool: String) {
        book.queues[pool]?.removeAll { $0.address == address }
        if book.queues[pool]?.isEmpty == true { book.queues[pool] = nil }
    }

    /// Whether an address has been free for long enough; nobody remembers what was before the last boot.
    func isRested(_ freed: Book.Freed, at now: Int) -> Bool { freed.boot != boot || now - freed.at >= book.rest }

    /// First in, first out: what is to be used next of a pool's freed addresses.
    func longestFree(in pool: String) -> Book.Freed? {
        let queue = (book.queues[pool] ?? []).filter { !book.isReserved($0.address) }
        guard let first = queue.first else { return nil }
        let turn = turns[first.address] ?? 0
        guard turn > settled else { return first }
        return queue.first { turns[$0.address] == turn && seen.contains($0.address) } ?? first
    }

    /// Blocks that nothing is leased from and no address of which rests.
    func emptyBlocks(at now: Int) -> [Book.Block] {
        book.blocks.filter { block in
            let queue = book.queues[block.pool] ?? []
            return !book.leases.keys.contains { block.cidr.contains($0) }
                && !queue.contains { block.cidr.contains($0.address) && !isRested($0, at: now) }
        }
    }

    /// A block is nobody's again, and forgets what it had given out.
    mutating func giveBack(_ block: Book.Block) {
        book.blocks.removeAll { $0 == block }
        for address in block.cidr.addresses { dequeue(address, of: block.pool) }
        announced.remove(block.cidr)
    }

    mutating func removeDrainedPools() {
        book.pools.removeAll { pool in pool.isDraining && !book.blocks.contains { $0.pool == pool.name } }
    }

    /// The model with the ledger's order where the rules leave it open; nil if the ledger is not as it should be.
    func agreeing(with other: Book) -> Model? {
        var model = self
        for (pool, queue) in book.queues {
            let found = other.queues[pool] ?? []
            let turns = found.map { self.turns[$0.address] ?? 0 }
            guard Set(found) == Set(queue), turns == turns.sorted() else { return nil }
            let older = queue.filter { self.turns[$0.address] ?? 0 <= settled }
            guard Array(found.prefix(older.count)) == older else { return nil }
            model.book.queues[pool] = found
        }
        guard model.book == other else { return nil }
        model.settled = turn
        return model
    }
}
