import Addressing
import IPAM

/// How a node comes to a block of its own: what to ask the registry next, and what its answers mean.
///
/// A value without any I/O; `run` asks a registry for it. It begins at a place in the pool that depends on the node's
/// name, so that nodes seldom want the same block, and goes round once. One look-up finds a gap: blocks are listed from
/// there on, and the first that is missing is it. Who is told that another was faster takes the next gap. Who is told
/// nothing asks for the very same again, and knows its own claim by its `claim`. Only where there is no gap is an orphan
/// taken over whose time has come.
package struct RegistryClaim: Sendable {
    /// What to ask next.
    package enum Action: Hashable, Sendable {
        /// Blocks in the order of their names.
        case list(from: String, limit: Int)
        /// Write a record where there must be none.
        case create(BlockRecord)
        /// Write a record in the place of an orphan's.
        case takeOver(BlockRecord, RegistryRevision)
        /// Nothing; it is over.
        case end(Outcome)
    }

    /// What the registry says.
    package enum Answer: Sendable {
        case listed([RegistryObject])
        case written(RegistryRevision)
        /// This is there instead; nil: nothing any more.
        case conflict(RegistryObject?)
        /// It may be written or not.
        case unclear
    }

    /// How it ends.
    package enum Outcome: Hashable, Sendable {
        case won(BlockRecord, RegistryRevision)
        case nothingFree(NoBlock)
    }

    /// What to ask next.
    package private(set) var action: Action

    private let pool: String
    private let node: String
    private let claim: String
    private let now: Int
    private var search: BlockSearch
    /// What to say where there is no gap and no orphan.
    private var failure: NoBlock
    /// The block that the node has already by its ledger; nil: any will do.
    private let own: Prefix?
    /// Orphans that may be claimed, once it is known that there is no gap.
    private var orphans: ArraySlice<BlockSearch.Orphan>?

    /// Seeks a block of a pool.
    ///
    /// - Parameters:
    ///   - range: what the node may claim; nil: everything.
    ///   - reservations: a block that they cover whole is of no use.
    ///   - now: seconds since 1970.
    ///   - claim: what the claim is known by; another for each.
    package init(
        of pool: Pool, for node: String, within range: Prefix? = nil, reservations: [Prefix] = [], now: Int,
        claim: String = RegistryClaim.makeIdentifier()
    ) {
        let (spans, failure) = Self.spans(of: pool, for: node, within: range ?? pool.cidr)
        self.init(
            pool: pool.name, node: node, now: now, claim: claim, own: nil,
            search: BlockSearch(spans, reservations: reservations, now: now), failure: failure)
    }

    /// Claims a block that is the node's by its ledger: it ran alone before, or the registry was lost.
    package init(
        adopting block: Prefix, of pool: String, for node: String, now: Int,
        claim: String = RegistryClaim.makeIdentifier()
    ) {
        self.init(
            pool: pool, node: node, now: now, claim: claim, own: block,
            search: BlockSearch([(block, block)], reservations: [], now: now), failure: .full(pool: pool, blocks: 1))
    }

    private init(
        pool: String, node: String, now: Int, claim: String, own: Prefix?, search: BlockSearch, failure: NoBlock
    ) {
        self.pool = pool
        self.node = node
        self.now = now
        self.claim = claim
        self.own = own
        self.search = search
        self.failure = failure
        action = .end(.nothingFree(failure))
        advance()
    }

    /// Takes the answer to what was asked.
    package mutating func hear(_ answer: Answer) {
        switch (action, answer) {
        case (.list, .listed(let objects)):
            search.take(objects)
            advance()
        case (.create(let record), .written(let revision)), (.takeOver(let record, _), .written(let revision)):
            action = .end(.won(record, revision))
        case (.create(let record), .conflict(let there?)) where isOwn(there),
            (.takeOver(let record, _), .conflict(let there?)) where isOwn(there):
            action = .end(.won(record, there.revision))
        case (.create, .conflict(let there)):
            search.passOver(there)
            advance()
        case (.takeOver, .conflict): advance()
        // What was asked is asked again.
        case (_, .unclear), (.list, _), (_, .listed), (.end, _): break
        }
    }

    private func isOwn(_ object: RegistryObject) -> Bool { BlockRecord(readable: object)?.claim == claim }

    private mutating func advance() {
        switch orphans == nil ? search.step() : .done {
        case .look(let name): action = .list(from: name, limit: BlockSearch.window)
        case .gap(let block): action = .create(record(block))
        case .done:
            if let own, let there = search.obstacle { return adopt(own, there) }
            takeOverNext()
        }
    }

    private mutating func takeOverNext() {
        var left = orphans ?? search.orphans[...]
        let next = left.popFirst()
        orphans = left
        action = next.map { .takeOver(record($0.record.cidr), $0.revision) } ?? .end(.nothingFree(failure))
    }

    /// There is something where the node's own block is to be: its own record, perhaps.
    private mutating func adopt(_ own: Prefix, _ there: RegistryObject) {
        guard let record = BlockRecord(readable: there) else {
            failure = .unreadable(name: there.key.name)
            return takeOverNext()
        }
        if record.cidr == own, record.owner == node, record.state == .owned {
            action = .end(.won(record, there.revision))
        } else {
            failure = .taken(by: record)
            takeOverNext()
        }
    }

    private func record(_ block: Prefix) -> BlockRecord {
        BlockRecord(block, pool: pool, owner: node, claim: claim, claimedAt: now)
    }
}
