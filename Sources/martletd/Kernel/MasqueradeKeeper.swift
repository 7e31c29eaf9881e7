import Addressing
import AgentConfiguration
import Audit
import IPAM
import Ledger
import Logging
import Masquerade
import Netlink
import ServiceLifecycle
import System

/// Keeps the node's nftables table as the pools want it: when it starts, when pools change, and when somebody else has
/// changed the table.
///
/// The pools are those of the ledger, once what the cluster has agreed on is written there: the plugin goes by it, and two
/// who write one table must write the same.
struct MasqueradeKeeper: Service {
    let configuration: AgentConfiguration
    let written: Latest<NodePart>
    let alarms: Alarms
    let log: Logger

    func run() async throws {
        let bell = try Bell()
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup { group in
                group.addTask { try await watch(bell) { try TableWatch(configuration, written, alarms, log) } }
                group.addTask { for await _ in written.values() { bell.ring() } }
                try await group.waitForAll()
            }
        }
    }
}

private struct TableWatch: Watch, ~Copyable {
    /// Pools of the ledger change without a word.
    private static let fullPass = Duration.seconds(300)

    private let events: TableEvents
    private let book: NodeBook
    private let written: Latest<NodePart>
    private let alarms: Alarms
    private let log: Logger
    private var contention = Contention<MasqueradePlan>()
    private var pace: Pace

    init(
        _ configuration: AgentConfiguration, _ written: Latest<NodePart>, _ alarms: Alarms, _ log: Logger
    ) throws {
        let book = try NodeBook(configuration)
        events = try TableEvents()
        self.book = book
        self.written = written
        self.alarms = alarms
        self.log = log
        pace = Pace(every: Self.fullPass, ContinuousClock.now)
    }

    var raw: Int32 { events.raw }
    /// Before the cluster's pools are written, a table without its pools would be a wrong one.
    var due: ContinuousClock.Instant? { written.value == nil ? nil : pace.due }

    mutating func hear(_ now: ContinuousClock.Instant) {
        do throws(SystemError) {
            if try events.areOfTable() { pace.note(now) }
        } catch {
            log.warning("nftables events: \(error)")
            pace.note(now)
        }
    }

    mutating func wake(_ now: ContinuousClock.Instant) { pace.note(now) }

    mutating func act(_ start: ContinuousClock.Instant) {
        var again: ContinuousClock.Instant?
        do {
            let pools = try self.pools()
            again = pools.contains(where: \.needsTable) ? try keep(plan(pools), start) : try spare(plan([]), start)
            if again == nil { alarms.clear(.masquerade) }
        } catch let error as AuditError {
            alarms.raise(.masquerade, "the ledger's pools cannot be read: \(error)")
        } catch { alarms.raise(.masquerade, "\(error)") }
        pace.noteLook(from: start, to: ContinuousClock.now, cost: .zero)
        if let again { pace.bring(to: again) }
        // nft may be installed meanwhile, or the ledger be free.
        if alarms.current[.masquerade] != nil { pace.bring(to: start + .seconds(30)) }
    }

    private func pools() throws(AuditError) -> [Pool] {
        try book.read { (book) throws(LedgerError) in try book.pools() } ?? []
    }

    private func plan(_ pools: [Pool]) -> MasqueradePlan {
        MasqueradePlan(pools: pools.map(\.cidr), masqueraded: pools.filter(\.natOutgoing).map(\.cidr))
    }

    /// Puts the table where it is not as planned; answers when to try again where somebody always changes it.
    private mutating func keep(
        _ plan: MasqueradePlan, _ now: ContinuousClock.Instant
    ) throws(MasqueradeError) -> ContinuousClock.Instant? {
        if try plan.isInPlace() { return nil }
        if let pause = contention.pause(of: plan, now) {
            alarms.raise(
                .masquerade,
                "table inet martlet was put back \(contention.limit) times in a row and does not stay: something else "
                    + "changes it (`nft monitor` shows what)")
            return pause
        }
        try plan.install()
        contention.note(plan, now)
        log.notice("put nftables table inet martlet as the pools want it")
        return nil
    }

    /// No pool asks for the table. One that is there may still guard pods with IPv6 addresses of other plugins; else it
    /// goes.
    private mutating func spare(
        _ guarding: MasqueradePlan, _ now: ContinuousClock.Instant
    ) throws -> ContinuousClock.Instant? {
        guard try MasqueradePlan.hasOwnTable() else { return nil }
        if try hasIPv6Pods() { return try keep(guarding, now) }
        try MasqueradePlan.remove()
        log.notice("removed nftables table inet martlet, which no pool asks for")
        return nil
    }

    private func hasIPv6Pods() throws(NetlinkError) -> Bool {
        let socket = try NetlinkSocket()
        let pods = Set(try socket.links().filter(\.isPods).map(\.index))
        return try socket.routes(.ipv6, table: Route.mainTable).contains { route in
            guard case .link(let index) = route.target else { return false }
            return pods.contains(index) && route.destination.isSingleAddress
        }
    }
}
