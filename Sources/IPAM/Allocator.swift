import Addressing

/// What decides which address the next pod of a node gets.
///
/// Order of choice: an address never given out, or the one that was freed first and has rested; else a new block
/// within the limit; else the address freed first, though it is still resting. Fresh blocks hand out their
/// addresses from the first to the last, network and broadcast address included: nothing on a /32 needs them.
package struct Allocator: Sendable {
    /// Pools to choose from, best first; all of one family.
    package let pools: [Pool]
    package let node: String
    /// Where new blocks may be claimed; nil is anywhere in the pools.
    package let range: Prefix?
    /// Most blocks of this family on the node, 0 for no limit; nil takes what operators have set.
    package let blockLimit: Int?
    /// Reservations of the configuration, beside those the view knows.
    package let reservations: [Prefix]
    /// Whether a block of a shared pool, which only the agent can claim, is worth waiting for; else the node makes do
    /// with what it has.
    package let awaitsBlocks: Bool

    package init(
        pools: [Pool], node: String, range: Prefix?, blockLimit: Int?, reservations: [Prefix],
        awaitsBlocks: Bool = true
    ) {
        self.pools = pools
        self.node = node
        self.range = range
        self.blockLimit = blockLimit
        self.reservations = reservations
        self.awaitsBlocks = awaitsBlocks
    }

    /// Where an address comes from, and so what the ledger has to write.
    package enum Source: Hashable, Sendable {
        /// Never given out; the block's next one is at `next`.
        case untouched(block: Int, next: Int)
        /// Taken from the queue of the freed.
        case freed(FreedAddress)
        /// The first of a new block, or a requested one in it.
        case newBlock(Prefix, next: Int)
        /// Asked for by name, inside a block the node owns.
        case requested(block: Int)
    }

    /// An address and where it comes from.
    package struct Choice: Hashable, Sendable {
        package let address: IPAddress
        package let pool: Pool
        package let source: Source
    }

    /// Why there is no address.
    package enum Refusal: Hashable, Sendable {
        /// Nothing left in the pools; the limit of blocks, where that stood in the way.
        case exhausted(limit: Int?)
        /// It would come from a new block of one of these pools, the best first, which are the cluster's; where somebody
        /// asked for an address, from the block that holds it.
        case blockWanted(pools: [String], address: IPAddress?)
        case outsidePools(IPAddress)
        case poolDisabled(IPAddress, Pool)
        case reserved(IPAddress, by: Prefix)
        case leased(IPAddress)
        case ownedElsewhere(IPAddress, block: Prefix, owner: String)
        /// Its block serves pods of the other kind: with routes to each, or in another plugin's subnet.
        case otherUse(IPAddress, block: Prefix)
        case outsideRange(IPAddress, Prefix)
        case limitReached(IPAddress, Int)
    }

    /// An address, or the reason why not.
    package enum Outcome: Hashable, Sendable {
        case chosen(Choice)
        case refused(Refusal)
    }
}
