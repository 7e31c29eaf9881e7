import Addressing
import IPAM
import System

/// Which pod an attachment belongs to, for people and for the audit.
package struct PodIdentity: Hashable, Sendable {
    package let namespace: String?
    package let name: String?
    package let uid: String?

    package init(namespace: String?, name: String?, uid: String?) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }
}

/// What an ADD wants of the ledger.
package struct LeaseRequest: Sendable {
    /// One address: of this family, and which, if somebody cares.
    package struct Address: Hashable, Sendable {
        package let family: AddressFamily
        package let wanted: IPAddress?
        /// Pools to choose from, by name or cidr; empty is all of the family.
        package let pools: [String]

        package init(_ family: AddressFamily, wanted: IPAddress?, pools: [String]) {
            self.family = family
            self.wanted = wanted
            self.pools = pools
        }
    }

    package var attachment: Attachment
    package var pod: PodIdentity
    package var addresses: [Address]
    package var hostInterface: String
    package var mac: String
    /// Bytes; 0 when another plugin makes the interface.
    package var mtu: Int
    package var sandbox: String
    package var sandboxIdentity: FileStatus.Identity
    /// Pools of the configuration; empty when they stand in the ledger.
    package var pools: [Pool]
    /// Where new blocks may be claimed.
    package var ranges: [Prefix]
    package var reservations: [Prefix]
    /// Most blocks of a family on the node, 0 for no limit; nil takes what operators have set.
    package var blockLimit: Int?
    /// Whether a block that the agent would have to claim is worth waiting for.
    package var awaitsBlocks = true

    package init(
        attachment: Attachment, pod: PodIdentity, addresses: [Address], hostInterface: String, mac: String,
        mtu: Int, sandbox: String, sandboxIdentity: FileStatus.Identity, pools: [Pool], ranges: [Prefix],
        reservations: [Prefix], blockLimit: Int?
    ) {
        self.attachment = attachment
        self.pod = pod
        self.addresses = addresses
        self.hostInterface = hostInterface
        self.mac = mac
        self.mtu = mtu
        self.sandbox = sandbox
        self.sandboxIdentity = sandboxIdentity
        self.pools = pools
        self.ranges = ranges
        self.reservations = reservations
        self.blockLimit = blockLimit
    }
}

/// What the ledger gave.
package struct Grant: Sendable {
    /// One lease for each address asked for, in that order.
    package let leases: [Lease]
    /// Whether the attachment held them before: an ADD that was killed, or came twice.
    package let isRepeated: Bool
    /// Rows of the blocks that were claimed for it; their owner must survive a power cut.
    package let claimed: [Int]
    /// Addresses that had not rested.
    package let unrested: [IPAddress]
    /// The pools of the leases.
    package let pools: [Pool]
    /// All pools of the ledger: what is inside of one is never masqueraded.
    package let allPools: [Pool]
    /// Whether the request's pools were not in the ledger as they are now.
    package let hasNewPools: Bool
}
