import Addressing
import AgentConfiguration
import AgentListener
import Glibc
import Logging
import Registry
import ServiceLifecycle
import System

/// The parts of the agent, and what they share.
///
/// Each part is a service of its own that follows what the cluster has agreed on, or what the kernel says; none waits
/// for another, and what one cannot do it says by an alarm and tries again.
struct Agent {
    private var services: [any Service]
    private let log: Logger

    init(_ configuration: AgentConfiguration, _ log: Logger) throws {
        self.log = log
        try Self.makeFolder(configuration.runDirectory)
        let alarms = Alarms(log: log)
        let cluster = Latest<Cluster>()
        let written = Latest<NodePart>()
        let firstPass = Latest<Bool>()
        let birdConfigured = Latest<Bool>()
        let tally = Tally()
        let readiness = Readiness(
            configuration: configuration, firstPass: firstPass, cluster: cluster, written: written,
            configured: birdConfigured, alarms: alarms)
        let freed = try Bell()
        let registry: any Registry =
            try configuration.registry?.open() ?? StaticRegistry(configuration.objects)
        let (empty, release) = AsyncStream<Prefix>.makeStream()
        let (uses, use) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let listener = try AgentListener(folder: configuration.runDirectory)
        let keeper = try BlockKeeper(configuration, registry, written, alarms, log)
        services = [
            NodeRegistration(
                configuration: configuration, registry: registry, cluster: cluster, alarms: alarms, log: log),
            ClusterWatch(registry: registry, cluster: cluster, alarms: alarms, log: log),
            Reconciler(
                configuration: configuration, firstPass: firstPass, tally: tally, alarms: alarms, log: log),
            BIRDKeeper(
                configuration: configuration, cluster: cluster, firstPass: firstPass, configured: birdConfigured,
                alarms: alarms, log: log),
            BlockService(
                node: configuration.node, keeper: keeper, cluster: cluster, empty: empty, uses: uses, alarms: alarms,
                log: log),
            Door(listener: listener, keeper: keeper, cluster: cluster, readiness: readiness, log: log),
            Reports(operations: listener.operations, tally: tally, use: { use.yield() }),
            Collector(
                configuration: configuration, release: { release.yield($0) }, freed: freed, alarms: alarms, log: log),
            ConnectionCleaner(configuration: configuration, freed: freed, alarms: alarms, log: log),
            MasqueradeKeeper(configuration: configuration, written: written, alarms: alarms, log: log),
        ]
        if configuration.registry != nil {
            services.append(Heartbeats(configuration: configuration, registry: registry, log: log))
        }
        if let place = configuration.metrics {
            let page = MetricsPage(
                configuration: configuration, book: try NodeBook(configuration), cluster: cluster, tally: tally,
                alarms: alarms)
            services.append(MetricsService(place: place, page: page, readiness: readiness, log: log))
        }
        services.append(
            SystemdNotices(firstPass: firstPass, configured: birdConfigured, written: written, log: log))
    }

    /// Runs until somebody asks it to end.
    func run() async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0, serviceName: "\(type(of: $0))") },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
        try await group.run()
        log.info("ended")
    }

    private static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o755) != 0 && errno != EEXIST { throw SystemError("mkdir", path) }
    }
}
