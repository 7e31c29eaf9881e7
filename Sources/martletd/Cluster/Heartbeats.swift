import AgentConfiguration
import Logging
import Registry
import ServiceLifecycle
import System

/// Lets the others know that this node lives: once a minute.
struct Heartbeats: Service {
    let configuration: AgentConfiguration
    let registry: any Registry
    let log: Logger

    /// Seconds between two.
    private static let interval = 60
    /// Nodes that come back to their power come together.
    private static let spread = 0...10_000

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = await firstPause()
            while !Task.isCancelled {
                do { try await Task.sleep(for: pause) } catch { return }
                await attempt { () async throws(RegistryError) in try await beat() }
                pause = .seconds(Self.interval)
            }
        }
    }

    /// A node that nobody has heard of says at once that it is there, one whose agent was only started anew when it is
    /// due, and one that was away for longer within some seconds.
    private func firstPause() async -> Duration {
        var pause = Duration.zero
        await attempt { () async throws(RegistryError) in
            guard let last = try await registry.get(Heartbeat.key(of: configuration.node)).map(Heartbeat.init) else {
                return
            }
            let rest = last.at + Self.interval - wallClockSeconds()
            let isRecent = (1...Self.interval).contains(rest)
            pause = isRecent ? .seconds(rest) : .milliseconds(Int.random(in: Self.spread))
        }
        return pause
    }

    private func beat() async throws(RegistryError) {
        let heartbeat = Heartbeat(configuration.node, at: wallClockSeconds())
        let last = try await registry.get(heartbeat.key)
        try await registry.put(heartbeat.key, heartbeat.body, expecting: last?.revision)
    }

    private func attempt(_ body: () async throws(RegistryError) -> Void) async {
        do throws(RegistryError) { try await body() } catch {
            // That the registry is away is said by who needs it more.
            log.debug("no heartbeat: \(error)")
        }
    }
}
