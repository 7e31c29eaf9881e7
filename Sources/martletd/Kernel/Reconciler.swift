import AgentConfiguration
import Audit
import Ledger
import Logging
import Netlink
import ServiceLifecycle
import System

/// Keeps the kernel as the ledger says: looks when the kernel tells of something that may concern Martlet, every few
/// minutes, and at once when the agent starts. What is right is not touched.
///
/// No ledger is nothing to do. The first pod makes it, and its link is heard of.
struct Reconciler: Service {
    let configuration: AgentConfiguration
    /// Set when the first look is over, whatever came of it: before it, blocks may have no blackhole.
    let firstPass: Latest<Bool>
    let tally: Tally
    let alarms: Alarms
    let log: Logger

    func run() async throws {
        let bell = try Bell()
        try await cancelWhenGracefulShutdown {
            try await watch(bell) { try KernelWatch(configuration, firstPass, tally, alarms, log) }
        }
    }
}

private struct KernelWatch: Watch, ~Copyable {
    private static let fullPass = Duration.seconds(300)
    /// When pods and BIRD have had their turn.
    private static let firstFullPass = Duration.seconds(5)
    private static let retry = Duration.seconds(10)

    private let events: NetlinkSocket
    private let home: NetworkNamespace
    private let firstPass: Latest<Bool>
    private let tally: Tally
    private let alarms: Alarms
    private let log: Logger
    private var mender: Mender
    private var interest: Interest
    private var pace: Pace
    /// The first look is brief, for others wait for it; a full one follows.
    private var fullLook: ContinuousClock.Instant

    init(
        _ configuration: AgentConfiguration, _ firstPass: Latest<Bool>, _ tally: Tally, _ alarms: Alarms,
        _ log: Logger
    ) throws {
        let now = ContinuousClock.now
        let events = try NetlinkSocket(listeningTo: [.links, .neighbours, .addresses, .routes, .settings])
        // After the listening has begun, so that no link is missed.
        var interest = Interest(origin: configuration.routeProtocol)
        interest.learn(try NetlinkSocket().links())
        let book = try NodeBook(configuration)
        home = try NetworkNamespace(at: NetworkNamespace.ownPath)
        mender = Mender(configuration, book, log)
        self.events = events
        self.interest = interest
        self.firstPass = firstPass
        self.tally = tally
        self.alarms = alarms
        self.log = log
        pace = Pace(every: Self.fullPass, now)
        fullLook = now + Self.firstFullPass
    }

    var raw: Int32 { events.raw }
    var due: ContinuousClock.Instant? { pace.due }

    mutating func hear(_ now: ContinuousClock.Instant) {
        do throws(NetlinkError) {
            for event in try events.events() {
                if case .lost = event { interest.learn(try NetlinkSocket().links()) }
                if interest.isRoused(by: event) { pace.note(now) }
            }
        } catch {
            log.warning("kernel events: \(error)")
            pace.note(now)
        }
    }

    mutating func act(_ start: ContinuousClock.Instant) {
        let isFull = start >= fullLook
        let clock = threadTime()
        var hasFailed = false
        do {
            // Should an earlier look have failed to come back from a pod's namespace.
            try home.enter()
            if let ledger = try mender.look(isBrief: !isFull) { interest.learn(ledger, node: mender.node) }
            tally.noteLook(findings: mender.found, repairs: mender.mended)
            tell(mender.complaints)
        } catch {
            alarms.raise(.kernel, "kernel and ledger cannot be compared: \(error)")
            hasFailed = true
        }
        let end = ContinuousClock.now
        let cost = threadTime() - clock
        log.debug("looked", metadata: ["took": "\(end - start)", "cost": "\(cost)", "full": "\(isFull)"])
        pace.noteLook(from: start, to: end, cost: cost)
        if isFull { fullLook = end + (hasFailed ? Self.retry : Self.fullPass) }
        pace.bring(to: hasFailed ? end + Self.retry : fullLook)
        if let again = mender.nextTry { pace.bring(to: again) }
        firstPass.set(true)
    }

    private func tell(_ complaints: [String]) {
        if complaints.isEmpty {
            alarms.clear(.kernel)
        } else {
            alarms.raise(.kernel, complaints.joined(separator: "; "))
        }
    }
}
