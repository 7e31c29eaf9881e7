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
    private let services: [any Service]
    private let log: Logger

    init(_ configuration: AgentConfiguration, _ log: Logger) throws {
        self.log = log
        try Self.makeFolder(configuration.runDirectory)
        let alarms = Alarms(log: log)
        let cluster = Latest<Cluster>()
        let registry: any Registry =
            switch configuration.registry {
            case .file: StaticRegistry(configuration.objects)
            case .sqlite(let path): try SQLiteRegistry(path)
            }
        services = [
            NodeRegistration(configuration: configuration, registry: registry, alarms: alarms, log: log),
            ClusterWatch(registry: registry, cluster: cluster, alarms: alarms, log: log),
            BIRDKeeper(configuration: configuration, cluster: cluster, alarms: alarms, log: log),
        ]
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
