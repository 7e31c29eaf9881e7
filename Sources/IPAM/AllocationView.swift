import Addressing

/// A block with addresses that were never given out.
package struct OpenBlock: Hashable, Sendable {
    package let id: Int
    package let cidr: Prefix
    /// Position of the first address that was never given out.
    package let next: Int

    package init(id: Int, cidr: Prefix, next: Int) {
        self.id = id
        self.cidr = cidr
        self.next = next
    }
}

/// An address that was given back.
package struct FreedAddress: Hashable, Sendable {
    package let address: IPAddress
    package let block: Int
    /// Place in the queue of its pool: lower was freed earlier.
    package let sequence: Int
    /// Whether it has been free for the rest time.
    package let isRested: Bool

    package init(address: IPAddress, block: Int, sequence: Int, isRested: Bool) {
        self.address = address
        self.block = block
        self.sequence = sequence
        self.isRested = isRested
    }
}

/// A block's owner as the ledger records it.
package struct BlockClaim: Hashable, Sendable {
    package let id: Int
    package let owner: String
    /// Whether it is used as the request wants: with routes to each pod, or as part of another plugin's subnet.
    package let hasSameUse: Bool

    package init(id: Int, owner: String, hasSameUse: Bool) {
        self.id = id
        self.owner = owner
        self.hasSameUse = hasSameUse
    }
}

/// What the allocator asks about one node's blocks, within one transaction.
///
/// Each question is answered by one indexed look-up, so that a decision costs the same with one lease and with ten
/// thousand.
package protocol AllocationView: ~Copyable {
    associatedtype Failure: Error

    /// The node's oldest freed address in a pool, after a place in the queue.
    borrowing func freedAddress(in pool: Pool, after sequence: Int) throws(Failure) -> FreedAddress?
    /// The node's oldest block in a pool with addresses never given out, after a block's row.
    borrowing func openBlock(in pool: Pool, after id: Int) throws(Failure) -> OpenBlock?
    /// Whether an address is leased or waits in the queue of the freed.
    borrowing func isTaken(_ address: IPAddress) throws(Failure) -> Bool
    /// The reservation that covers an address, if there is one.
    borrowing func reservation(covering address: IPAddress) throws(Failure) -> Prefix?
    /// The first block-sized prefix at or after `start` in a pool that no block overlaps, up to `end`.
    borrowing func unclaimedBlock(in pool: Pool, from start: IPAddress, to end: IPAddress) throws(Failure) -> Prefix?
    /// The claim that covers an address, if there is one.
    borrowing func claim(covering address: IPAddress) throws(Failure) -> BlockClaim?
    /// How many blocks the node owns, of all pools of a family.
    borrowing func ownedBlocks(_ family: AddressFamily) throws(Failure) -> Int
    /// Most blocks of a family on a node that operators have set; 0 is no limit.
    borrowing func blockLimit() throws(Failure) -> Int
    /// Whether a requested address is leased.
    borrowing func isLeased(_ address: IPAddress) throws(Failure) -> Bool
    /// Where a requested address stands in the queue of the freed, if it does.
    borrowing func freedEntry(_ address: IPAddress, in pool: Pool) throws(Failure) -> FreedAddress?
}
