import Glibc
import Logging
import ServiceLifecycle
import System

/// Tells systemd when the agent is ready and when it ends, sd_notify(3), if systemd wants to know.
///
/// The last of the services: it is the first to be told to end.
struct SystemdNotices: Service {
    /// Set when the kernel has been looked at.
    let firstPass: Latest<Bool>
    /// Set when BIRD's configuration is in its place: BIRD may be started after the agent.
    let configured: Latest<Bool>
    /// Set when the cluster's pools are in the ledger: pods may be started after the agent.
    let written: Latest<NodePart>
    let log: Logger

    func run() async throws {
        guard let socket = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }) else {
            return try await gracefulShutdown()
        }
        await cancelWhenGracefulShutdown {
            await firstPass.first()
            await configured.first()
            await written.first()
            var pause = Pause()
            while !Task.isCancelled, !send("READY=1", to: socket) { await pause.wait() }
            // Until the end is asked for.
            do { try await gracefulShutdown() } catch {}
        }
        _ = send("STOPPING=1", to: socket)
    }

    /// False when nobody could take it.
    private func send(_ notice: String, to socket: String) -> Bool {
        do throws(SystemError) {
            try FileDescriptor.send(Array(notice.utf8), to: socket)
            return true
        } catch {
            log.warning("systemd cannot be told \(notice): \(error)")
            return false
        }
    }
}
