/// Whose an interface is: every container here has one, `eth0`.
struct Attachment: Hashable, Comparable, Sendable, CustomStringConvertible {
    let network: String
    let container: String

    static func < (one: Attachment, other: Attachment) -> Bool {
        (one.container, one.network) < (other.container, other.network)
    }

    /// The alias of its link.
    var description: String { "\(network)/\(container)/eth0" }
}

/// What a ledger says of one node: in the model what it should say, read from the file what it does.
struct Book: Hashable, Sendable {
    struct Pool: Hashable, Sendable {
        let name: String
        var cidr: Span
        var blockLength: Int
        var isDisabled = false
        var isAutomatic = true
        var isDraining = false
        var selector = NodeSelector.everyNode

        /// Whether it gives out anything new.
        var isOpen: Bool { !isDisabled && !isDraining }
    }

    struct Labels: Hashable, Sendable {
        let rack: String?
    }

    struct Block: Hashable, Sendable {
        let cidr: Span
        let pool: String
    }

    struct Lease: Hashable, Sendable {
        let holder: Attachment
        var boot: String
    }

    /// An address that was given back.
    struct Freed: Hashable, Sendable {
        let address: IP
        /// Seconds since boot.
        let at: Int
        let boot: String
        /// Whether another device had its route.
        let isSetAside: Bool
    }

    /// By name.
    var pools: [Pool] = []
    /// In the order in which they were claimed.
    var blocks: [Block] = []
    var leases: [IP: Lease] = [:]
    /// The queue of each pool, the one freed first at its front; none that is empty.
    var queues: [String: [Freed]] = [:]
    var reservations: [String: Set<Span>] = [:]
    /// Most blocks of a family; 0 for no limit.
    var limit = 0
    /// Seconds that a freed address rests.
    var rest = 180
    /// What labels the node has, if it has been declared at all: the rack, or nil for none.
    var node: Labels?
    /// The boot whose dead were reclaimed; empty before there is a ledger.
    var boot = ""
    /// How many leases have ended.
    var ended = 0

    func pool(_ name: String) -> Pool? { pools.first { $0.name == name } }

    /// Whether those get its addresses who do not ask for the pool.
    func gives(_ pool: Pool) -> Bool { pool.isOpen && pool.isAutomatic && pool.selector.admits(node?.rack) }

    func block(of address: IP) -> Block? { blocks.first { $0.cidr.contains(address) } }

    func isReserved(_ address: IP) -> Bool {
        reservations.values.contains { $0.contains { $0.contains(address) } }
    }

    func addresses(of holder: Attachment) -> [IP] { leases.filter { $0.value.holder == holder }.keys.sorted() }

    var holders: Set<Attachment> { Set(leases.values.map(\.holder)) }

    /// Everything, one line each, to see what differs.
    var lines: [String] {
        pools.map {
            "pool \($0.name) \($0.cidr) blocks /\($0.blockLength)\($0.isDisabled ? " disabled" : "")"
                + "\($0.isAutomatic ? "" : " manual")\($0.isDraining ? " draining" : "") \($0.selector.rawValue)"
        } + blocks.enumerated().map { "block \($0.offset): \($0.element.cidr) of \($0.element.pool)" }
            + leases.sorted { $0.key < $1.key }.map {
                "lease \($0.key) \($0.value.holder) boot \($0.value.boot.suffix(4))"
            }
            + queues.sorted { $0.key < $1.key }.flatMap { name, queue in
                queue.enumerated().map {
                    "freed \($0.offset) of \(name): \($0.element.address) at \($0.element.at) boot "
                        + "\($0.element.boot.suffix(4))\($0.element.isSetAside ? " set aside" : "")"
                }
            } + reservations.sorted { $0.key < $1.key }.map { "reservation \($0.key) \($0.value.sorted())" }
            + ["node \(node.map { $0.rack.map { "in rack \($0)" } ?? "in no rack" } ?? "is not declared")"]
            + ["limit \(limit), rest \(rest), boot \(boot.suffix(4)), \(ended) ended"]
    }
}
