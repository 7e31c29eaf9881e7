import Addressing
import AgentConfiguration
import Glibc
import Logging
import Metrics
import Registry
import ServiceLifecycle
import System

/// Serves metrics, and whether the agent lives and is ready, where its configuration says.
struct MetricsService: Service {
    let place: AgentConfiguration.MetricsPlace
    let page: MetricsPage
    let readiness: Readiness
    let log: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in page.cluster.values() { page.tally.noteAgreement() } }
                group.addTask { await serve() }
            }
        }
        if case .socket(let path) = place { unlink(path) }
    }

    private func serve() async {
        var pause = Pause()
        while !Task.isCancelled {
            do {
                let server = try ScrapeServer(try listen()) { answer($0) }
                page.alarms.clear(.metrics)
                try await server.run()
            } catch {
                page.alarms.raise(.metrics, "metrics are not served: \(error)")
                await pause.wait()
            }
        }
    }

    private func answer(_ request: ScrapeRequest) -> ScrapeReply {
        switch request {
        case .metrics:
            var reply = ScrapeReply(.ok, page.text)
            reply.mediaType = Exposition.mediaType
            return reply
        // Should a part end, the process ends with it, and with it this answer.
        case .health: return ScrapeReply(.ok, "ok\n")
        case .readiness:
            let obstacles = readiness.obstacles
            return obstacles.isEmpty
                ? ScrapeReply(.ok, "ok\n") : ScrapeReply(.unready, obstacles.joined(separator: "\n") + "\n")
        case .wrong(let status): return ScrapeReply(status)
        }
    }

    private func listen() throws(SystemError) -> FileDescriptor {
        switch place {
        case .port(let address, let port): return try .listening(at: address.octets, port: port)
        case .socket(let path):
            try removeSocket(path)
            let socket = try FileDescriptor.listening(at: path)
            // The folder's group, such as that of a collector, may ask too.
            try retrying("chmod", path) { chmod(path, 0o660) }
            return socket
        }
    }

    /// Removes a socket that an agent has left, and nothing else.
    private func removeSocket(_ path: String) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw SystemError("bind", path, number: EADDRINUSE) }
        try retrying("unlink", path) { unlink(path) }
    }
}

extension IPAddress {
    /// As the kernel takes it.
    fileprivate var octets: [UInt8] {
        (0..<family.byteCount).reversed().map { UInt8(truncatingIfNeeded: value >> UInt128(8 * $0)) }
    }
}
