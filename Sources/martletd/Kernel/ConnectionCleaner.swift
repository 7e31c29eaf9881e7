import Addressing
import AgentConfiguration
import Audit
import Glibc
import IPAM
import Ledger
import Logging
import Netlink
import ServiceLifecycle
import System

/// Has the kernel forget the connections of addresses that were freed, before others get the addresses.
///
/// The ledger's journal tells which those are; a pod's link that goes, or the collector, tells when to ask it.
/// What was freed while the agent was away is looked after at its start.
struct ConnectionCleaner: Service {
    let configuration: AgentConfiguration
    /// Rung when leases were freed without a word of the kernel's; nobody else listens to it.
    let freed: Bell
    let alarms: Alarms
    let log: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await watch(freed) { try DepartureWatch(configuration, alarms, log) }
        }
    }
}

private struct DepartureWatch: Watch, ~Copyable {
    /// The kernel tells of the link before DEL has ended the lease.
    private static let delay = Duration.seconds(1)
    /// A kernel that tracks nothing has no such file, or says 0.
    private static let count = "/proc/sys/net/netfilter/nf_conntrack_count"

    private let events: NetlinkSocket
    private let book: NodeBook
    private let alarms: Alarms
    private let log: Logger
    /// The last entry of the journal that has been looked after.
    private var last = 0
    private(set) var due: ContinuousClock.Instant? = ContinuousClock.now

    init(_ configuration: AgentConfiguration, _ alarms: Alarms, _ log: Logger) throws {
        let book = try NodeBook(configuration)
        events = try NetlinkSocket(listeningTo: .links)
        self.book = book
        self.alarms = alarms
        self.log = log
    }

    var raw: Int32 { events.raw }

    mutating func hear(_ now: ContinuousClock.Instant) {
        do throws(NetlinkError) {
            if try events.events().contains(where: Self.isDeparture) { wake(now) }
        } catch {
            log.warning("link events: \(error)")
            wake(now)
        }
    }

    mutating func wake(_ now: ContinuousClock.Instant) { due = min(due ?? now + Self.delay, now + Self.delay) }

    mutating func act(_ now: ContinuousClock.Instant) {
        due = nil
        do {
            try clean()
            alarms.clear(.connections)
        } catch {
            alarms.raise(.connections, "connections of freed addresses cannot be forgotten: \(error)")
            due = now + .seconds(30)
        }
    }

    private mutating func clean() throws {
        let since = last
        let found = try book.open { (book, _) throws(AuditError) in
            try ledger { () throws(LedgerError) in try book.freed(after: since) }
        }
        guard let (addresses, newest) = found else { return }
        if try !addresses.isEmpty && isTracking() {
            let count = try Conntrack.forget(addresses)
            if count > 0 { log.info("had the kernel forget \(count) connections of freed addresses") }
        }
        last = newest
    }

    private func isTracking() throws(SystemError) -> Bool {
        do throws(SystemError) { return try readText(Self.count) != "0" } catch {
            if error.number == ENOENT { return false }
            throw error
        }
    }

    private static func isDeparture(_ event: KernelEvent) -> Bool {
        switch event {
        case .linkGone(let link): link.isPods
        case .lost: true
        default: false
        }
    }
}
