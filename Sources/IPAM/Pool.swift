import Addressing

/// A range of addresses that nodes claim blocks of.
package struct Pool: Hashable, Sendable {
    /// Row in the ledger; 0 for a pool that is not in it yet.
    package var id: Int
    package var name: String
    package var cidr: Prefix
    /// Prefix length of its blocks: 20 to 31 for IPv4, 116 to 127 for IPv6; 32 or 128 where they are not announced.
    package var blockLength: Int
    /// Whether pods reach what is outside all pools by their node's address.
    package var natOutgoing: Bool
    /// Whether it gives out nothing new.
    package var disabled: Bool
    /// Which nodes may use it, in Calico's selector language.
    package var nodeSelector = Pool.everyNode
    /// Whether those get its addresses who do not ask for the pool by name.
    package var isAutomatic = true
    /// Whether other nodes are told of its blocks.
    package var isExported = true
    /// Whether it was deleted, and goes with its last lease.
    package var isDraining = false
    /// Whether it is the cluster's: the node's agent claims its blocks, and nobody else.
    package var isShared = false
    /// How much of it a network configuration says.
    package var configured = Configured.not

    /// How much of a pool a network configuration says; there its word counts.
    package enum Configured: Int, Sendable {
        case not = 0
        /// All that it must say, and not whether other nodes are told of its blocks.
        case exceptExport = 1
        /// That, too.
        case withExport = 2
    }

    /// Whether it stands in a network configuration.
    package var isConfigured: Bool { configured != .not }

    /// Whether it gives out nothing new to anybody.
    package var isClosed: Bool { disabled || isDraining }

    /// The selector of a pool that every node may use.
    package static let everyNode = "all()"

    package init(
        id: Int = 0, name: String, cidr: Prefix, blockLength: Int? = nil, natOutgoing: Bool = false,
        disabled: Bool = false
    ) {
        self.id = id
        self.name = name
        self.cidr = cidr
        self.blockLength = blockLength ?? Pool.defaultBlockLength(cidr.family)
        self.natOutgoing = natOutgoing
        self.disabled = disabled
    }

    /// 26 for IPv4, 122 for IPv6: 64 addresses.
    package static func defaultBlockLength(_ family: AddressFamily) -> Int { family.bits - 6 }

    /// The lengths that blocks may have which are announced.
    ///
    /// A block of a single address has no route of its own: it would hide the pod's.
    package static func blockLengths(_ family: AddressFamily) -> ClosedRange<Int> {
        (family.bits - 12)...(family.bits - 1)
    }

    /// Why a pool that is announced has no blocks of one address, and what to do.
    package static func singleAddressObjection(_ family: AddressFamily) -> String {
        "the route that announces a block of one address would hide the pod's; " + String(family.bits - 1)
            + " makes blocks of two, and " + String(family.bits)
            + " is for pools that are not announced (disableBGPExport: true)"
    }

    /// Why a node's pods get none of its addresses.
    package enum Exclusion: Hashable, Sendable, CustomStringConvertible {
        case disabled
        case draining
        /// Its selector does not match the node's labels.
        case otherNodes(Selector)
        /// Only those get its addresses who ask for it by name.
        case onRequest

        package var description: String {
            switch self {
            case .disabled: "is disabled"
            case .draining: "is being deleted"
            case .otherNodes(let selector): "is for other nodes (nodeSelector " + selector.description + ")"
            case .onRequest: "is only for pods that ask for it (assignmentMode Manual)"
            }
        }
    }

    /// Why pods of a node get nothing from here; nil when they do.
    ///
    /// - Parameters:
    ///   - labels: the node's; asked for only where the selector does not match every node.
    ///   - isNamed: whether somebody asks for this very pool: then selector and mode do not count, as in Calico.
    /// - Throws: `SelectorError` for a selector that cannot be read, or what `labels` throws.
    package func exclusion<Failure: Error>(
        isNamed: Bool, labels: () throws(Failure) -> [String: String], unreadable: (SelectorError) -> Failure
    ) throws(Failure) -> Exclusion? {
        if isDraining { return .draining }
        if disabled { return .disabled }
        if isNamed { return nil }
        if !isAutomatic { return .onRequest }
        if nodeSelector == Pool.everyNode { return nil }
        let selector: Selector
        do throws(SelectorError) { selector = try Selector(parsing: nodeSelector) } catch { throw unreadable(error) }
        return selector.matches(try labels()) ? nil : .otherNodes(selector)
    }

    /// Addresses in one of its blocks, 2 to 4096.
    package var blockSize: Int { 1 << (cidr.family.bits - blockLength) }

    /// Whether pods with an address of it need the node's nftables table.
    package var needsTable: Bool { natOutgoing || cidr.family == .ipv6 }

    /// The block that an address of the pool lies in.
    package func block(of address: IPAddress) -> Prefix? { Prefix(covering: address, length: blockLength) }

    /// The block that holds the address after this one; nil after a family's last.
    package func block(after address: IPAddress) -> Prefix? { address.advanced(by: 1).flatMap(block(of:)) }
}

/// What makes a list of pools unusable.
package enum PoolProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case overlap(Pool, Pool)
    case sameName(String)
    case tooSmall(Pool)
    case linkLocal(Pool)
    case multicastOrLoopback(Pool)

    package var description: String {
        switch self {
        case .overlap(let one, let other):
            return "pool \"" + one.name + "\" (" + one.cidr.description + ") overlaps pool \"" + other.name + "\" ("
                + other.cidr.description + "); give each address to one pool"
        case .sameName(let name):
            return "two pools are named \"" + name + "\"; give each a name of its own"
        case .tooSmall(let pool):
            return "pool \"" + pool.name + "\" (" + pool.cidr.description + ") is smaller than one block of /"
                + String(pool.blockLength) + "; use a larger cidr or a larger blockSize"
        case .linkLocal(let pool):
            return "pool \"" + pool.name + "\" (" + pool.cidr.description
                + ") overlaps the link-local range (169.254.0.0/16, fe80::/10), which pods use for their gateway"
        case .multicastOrLoopback(let pool):
            return "pool \"" + pool.name + "\" (" + pool.cidr.description
                + ") holds loopback, multicast or unspecified addresses; use a unicast range"
        }
    }

    /// Looks at a pool by itself.
    package static func check(_ pool: Pool) throws(PoolProblem) {
        if pool.cidr.length > pool.blockLength { throw .tooSmall(pool) }
        if pool.cidr.first.isLinkLocal || pool.cidr.last.isLinkLocal || pool.cidr.contains(linkLocal(pool)) {
            throw .linkLocal(pool)
        }
        if pool.cidr.first.isLoopback || pool.cidr.first.isMulticast || pool.cidr.last.isMulticast
            || pool.cidr.first.isUnspecified
        {
            throw .multicastOrLoopback(pool)
        }
    }

    /// Looks at a pool beside another.
    package static func check(_ pool: Pool, beside other: Pool) throws(PoolProblem) {
        if pool.name == other.name { throw .sameName(pool.name) }
        if pool.cidr.overlaps(other.cidr) { throw .overlap(pool, other) }
    }

    private static func linkLocal(_ pool: Pool) -> IPAddress {
        switch pool.cidr.family {
        case .ipv4: IPAddress(ipv4: 0xA9FE_0101)
        case .ipv6: IPAddress(.ipv6, 0xFE80 << 112)
        }
    }
}
