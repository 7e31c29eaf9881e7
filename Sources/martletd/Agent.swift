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
        let firstPass = Latest<Bool>()
        let freed = try Bell()
        let registry: any Registry =
            switch configuration.registry {
            case .file: StaticRegistry(configuration.objects)
            case .sqlite(let path): try SQLiteRegistry(path)
            }
        let (empty, release) = AsyncStream<Prefix>.makeStream()
        let listener = try AgentListener(folder: configuration.runDirectory)
        let keeper = try BlockKeeper(configuration, registry, alarms, log)
        services = [
            NodeRegistration(
                configuration: configuration, registry: registry, cluster: cluster, alarms: alarms, log: log),
            ClusterWatch(registry: registry, cluster: cluster, alarms: alarms, log: log),
            Reconciler(configuration: configuration, firstPass: firstPass, alarms: alarms, log: log),
            BIRDKeeper(
                configuration: configuration, cluster: cluster, firstPass: firstPass, alarms: alarms, log: log),
            BlockService(
                keeper: keeper, cluster: cluster, empty: empty, operations: listener.operations, alarms: alarms,
                log: log),
            Door(listener: listener, keeper: keeper, cluster: cluster, alarms: alarms, log: log),
            Collector(
                configuration: configuration, release: { release.yield($0) }, freed: freed, alarms: alarms, log: log),
            ConnectionCleaner(configuration: configuration, freed: freed, alarms: alarms, log: log),
            MasqueradeKeeper(configuration: configuration, cluster: cluster, alarms: alarms, log: log),
        ]
        if case .sqlite = configuration.registry {
            services.append(Heartbeats(configuration: configuration, registry: registry, log: log))
        }
    }

    /// Runs until somebody asks it to end.
    func run() async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: log))
        try await group.run()
        log.info("ended")
    }

    private static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o755) != 0 && errno != EEXIST { throw SystemError("mkdir", path) }
    }
}
