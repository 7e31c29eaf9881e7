import Addressing
import AgentConfiguration
import AgentSocket
import Audit
import Events
import IPAM
import Ledger
import Logging
import Registry
import Resources
import System

/// Keeps the node's ledger and the registry of one mind about pools, reservations and who owns which block, and claims
/// blocks ahead of need.
///
/// The registry decides who owns a block. A claim is written there first, then in the ledger with its blackhole; giving
/// back goes the other way round. Killed in between, the node owns a block that it does not use, and finds it again at
/// the next look.
actor BlockKeeper {
    private let configuration: AgentConfiguration
    private let registry: any Registry
    private let book: NodeBook
    private let alarms: Alarms
    private let log: Logger
    private let repair: Repair
    private let thread: OwnThread
    /// What was written into the ledger last, for those who go by the ledger.
    private let written: Latest<NodePart>
    private var mirrored: NodePart?
    /// Blocks that are just being given back.
    private var leaving: Set<Prefix> = []

    /// The ledger waits for disks and locks: its calls have a thread of their own.
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(
        _ configuration: AgentConfiguration, _ registry: any Registry, _ written: Latest<NodePart>, _ alarms: Alarms,
        _ log: Logger
    ) throws {
        self.configuration = configuration
        self.written = written
        self.registry = registry
        self.alarms = alarms
        self.log = log
        book = try NodeBook(configuration)
        repair = Repair(AuditOptions(configuration))
        thread = try OwnThread()
    }

    deinit { thread.end() }

    /// Makes ledger and registry agree, then claims what is wanted ahead of need.
    ///
    /// - Throws: `RegistryError`, or `AuditError` where the ledger or the kernel cannot be changed.
    func settle(_ cluster: Cluster) async throws {
        let part = NodePart(cluster, of: configuration.node)
        if mirrored != part {
            try mirror(part)
            try await settleBlocks(part)
            mirrored = part
        }
        try tellOfLostBlocks()
        var reasons: [String] = []
        let supplies = try book.supplies()
        for family in AddressFamily.allCases {
            guard let supply = supplies[family], supply.free < configuration.claims.lowWater else { continue }
            reasons += try await claimAhead(of: supply.pools, cluster)
        }
        if reasons.isEmpty {
            alarms.clear(.claim)
        } else {
            alarms.raise(.claim, "no block can be claimed ahead of need: " + reasons.joined(separator: "; "))
        }
    }

    /// Claims a block for a pod that finds no address.
    ///
    /// - Returns: the block; or why there is none.
    func block(for wish: BlockWish, _ cluster: Cluster) async throws -> (block: Prefix?, reason: String) {
        if mirrored == nil { try mirror(NodePart(cluster, of: configuration.node)) }
        var reasons: [String] = []
        for name in wish.pools {
            guard let pool = cluster.pools[name] else {
                reasons.append("pool \(name) is not the cluster's")
                continue
            }
            if let address = wish.address, !pool.cidr.contains(address) { continue }
            switch try await claim(pool, cluster, for: wish) {
            case .won(let record, _): return (record.cidr, "")
            case .nothingFree(let reason): reasons.append(reason.description)
            }
        }
        return (nil, reasons.isEmpty ? "no pool of the cluster's will do" : reasons.joined(separator: "; "))
    }

    /// Gives an empty block back: first nothing comes from it any more, then it is not announced any more, then others
    /// may have it.
    func release(_ block: Prefix) async throws {
        let isGiven = try book.changeBlocks(repair) { (book) throws(LedgerError) in
            guard let own = try book.emptyBlocks().first(where: { $0.cidr == block }) else { return false }
            return try book.giveBack(own)
        }
        guard isGiven else { return }
        leaving.insert(block)
        defer { leaving.remove(block) }
        try await registry.release(block, of: configuration.node)
        log.notice("gave block \(block) back")
    }

    // MARK: Agreement

    private func mirror(_ part: NodePart) throws(AuditError) {
        let pools = part.pools.values.map(\.pool).sorted { $0.name < $1.name }
        let reservations = part.reservations.values.map { (name: $0.name, cidrs: $0.reservedCIDRs) }
        let folder = configuration.runDirectory
        try book.write { (book) throws(LedgerError) in
            try book.setAgent(folder: folder)
            let changed = try book.mirror(pools: pools)
            try book.mirror(reservations: reservations.sorted { $0.name < $1.name })
            if let node = part.node {
                try book.put("Node", node.name, body: Resource.node(node).manifest.description)
            }
            if !changed.isEmpty {
                log.info("pools as the cluster has them: \(changed.sorted().joined(separator: ", "))")
            }
        }
        written.set(part)
    }

    /// Takes over what the registry says of this node's blocks, and tells it of those that it does not know.
    private func settleBlocks(_ part: NodePart) async throws {
        let node = configuration.node
        let known = try book.blocks()
        let agreed = part.blocks.values.filter { $0.state == .owned }
        for record in agreed where !known.contains(where: { $0.cidr == record.cidr && $0.owner == node }) {
            // What the cluster had agreed on may be older than what this node has given back.
            guard !leaving.contains(record.cidr), let object = try await registry.get(record.key),
                try BlockRecord(object) == record, !leaving.contains(record.cidr)
            else { continue }
            try add(record)
        }
        for block in known where block.isShared && block.owner == node {
            if agreed.contains(where: { $0.cidr == block.cidr }) { continue }
            var claim = RegistryClaim(adopting: block.cidr, of: block.pool, for: node, now: wallClockSeconds())
            if case .nothingFree(let reason) = try await claim.run(at: registry) { try lose(block.cidr, reason) }
        }
    }

    /// Complains for as long as pods have addresses of blocks that are not the node's any more.
    private func tellOfLostBlocks() throws(AuditError) {
        guard try !lostBlocks().isEmpty else { return alarms.clear(.blocksLost) }
        try book.write { (book) throws(LedgerError) in try book.removeLostBlocks() }
        let lost = try lostBlocks()
        guard !lost.isEmpty else { return alarms.clear(.blocksLost) }
        alarms.raise(
            .blocksLost,
            "this node has lost blocks that were its own; pods that have addresses of them must be started anew: "
                + lost.joined(separator: ", "))
    }

    private func lostBlocks() throws(AuditError) -> [String] {
        try book.blocks().filter { $0.isShared && $0.owner != configuration.node }.map { block in
            "\(block.cidr) (\(block.owner.isEmpty ? "nobody's" : block.owner + "'s"))"
        }
    }

    private func add(_ record: BlockRecord, isRouted: Bool = true) throws(AuditError) {
        let isNew = try book.changeBlocks(repair) { (book) throws(LedgerError) in
            try book.add(block: record.cidr, pool: record.pool, isRouted: isRouted)
        }
        if isNew { log.notice("block \(record.cidr) of pool \(record.pool) is this node's") }
    }

    private func lose(_ block: Prefix, _ reason: NoBlock) throws(AuditError) {
        var owner = ""
        if case .taken(let record) = reason, record.state == .owned { owner = record.owner }
        let isNew = try book.changeBlocks(repair) { (book) throws(LedgerError) in
            try book.lose(block: block, to: owner)
        }
        if isNew { log.error("block \(block) is lost: \(reason)") }
    }

    // MARK: Claiming

    /// Claims another block of one of these pools; but of a pool that is nearly out of blocks only what pods ask for.
    ///
    /// - Returns: why none can be claimed; empty where one was, or none can be claimed ahead.
    private func claimAhead(of serving: Set<String>, _ cluster: Cluster) async throws -> [String] {
        let pools = cluster.pools.values.filter { serving.contains($0.name) }
        var reasons: [String] = []
        for pool in pools.sorted(by: { $0.name < $1.name }) where cluster.isAmple(pool) {
            switch try await claim(pool, cluster) {
            case .won: return []
            case .nothingFree(let reason): reasons.append(reason.description)
            }
        }
        return reasons
    }

    private func claim(
        _ pool: IPPool, _ cluster: Cluster, for wish: BlockWish? = nil
    ) async throws -> RegistryClaim.Outcome {
        let range = configuration.ranges.first { $0.family == pool.cidr.family }
        var claim = RegistryClaim(
            of: pool.pool, for: configuration.node, within: range,
            reservations: cluster.reservations.values.flatMap(\.reservedCIDRs), now: wallClockSeconds())
        if let address = wish?.address, let block = pool.pool.block(of: address) {
            if let range, !range.contains(block) { return .nothingFree(.outside(pool: pool.name, range: range)) }
            claim = RegistryClaim(adopting: block, of: pool.name, for: configuration.node, now: wallClockSeconds())
        }
        let outcome = try await claim.run(at: registry)
        if case .won(let record, _) = outcome { try add(record, isRouted: wish?.isRouted ?? true) }
        return outcome
    }
}
