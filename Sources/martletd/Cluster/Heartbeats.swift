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

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do throws(RegistryError) { try await beat() } catch {
                    // That the registry is away is said by who needs it more.
                    log.debug("no heartbeat: \(error)")
                }
                do { try await Task.sleep(for: .seconds(60)) } catch { return }
            }
        }
    }

    private func beat() async throws(RegistryError) {
        let heartbeat = Heartbeat(configuration.node, at: wallClockSeconds())
        let last = try await registry.get(heartbeat.key)
        try await registry.put(heartbeat.key, heartbeat.body, expecting: last?.revision)
    }
}
