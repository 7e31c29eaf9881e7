import Addressing
import IPAM
import System

/// Everything that the ledger says at one moment, for those who look at all of it: the audit, an operator.
package struct LedgerSnapshot: Sendable {
    package var pools: [Pool] = []
    package var blocks: [Block] = []
    package var leases: [Entry] = []
    package var freed: [Freed] = []
    package var reservations: [Reservation] = []
    /// Number of the last lease that ended; what ended after it is in the journal with a higher one.
    package var lastEnded = 0
    /// The boot whose first transaction reclaimed what an earlier one had left.
    package var bootID = ""

    /// An empty ledger.
    package init() {}

    /// A block and who owns it.
    package struct Block: Hashable, Sendable {
        package let id: Int
        package let cidr: Prefix
        package let pool: Int
        package let owner: String
        /// Whether its pods have routes of their own, and are in no other plugin's subnet.
        package let isRouted: Bool
        /// Position of the first address that was never given out.
        package let next: Int
        /// Seconds since 1970.
        package let claimedAt: Int

        /// Whether it has a blackhole route; a block of one address has none, which would hide the pod's.
        package var isAnnounced: Bool { isRouted && !cidr.isSingleAddress }
    }

    /// A lease with all that is known of its pod.
    package struct Entry: Hashable, Sendable {
        package let lease: Lease
        package let pod: PodIdentity
        /// Bytes; 0 where another plugin makes the interface.
        package let mtu: Int
        /// CNI_NETNS.
        package let sandbox: String
        package let sandboxIdentity: FileStatus.Identity
        /// Seconds since 1970.
        package let createdAt: Int
    }

    /// An address that waits to be used again.
    package struct Freed: Hashable, Sendable {
        package let address: IPAddress
        package let block: Int
        package let owner: String
        package let sequence: Int
        /// Why it was set aside; nil for an ordinary release.
        package let quarantine: String?
        /// Whether it is still within its rest time.
        package let isResting: Bool
    }

    /// Addresses that no pod gets.
    package struct Reservation: Hashable, Sendable {
        package let cidr: Prefix
        package let note: String
        /// The IPReservation that it is part of; empty for a plugin's subnet.
        package let owner: String
    }
}
