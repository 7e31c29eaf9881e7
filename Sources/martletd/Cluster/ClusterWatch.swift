import Logging
import Registry
import ServiceLifecycle

/// Keeps what the cluster has agreed on up to date, for all other parts of the agent.
///
/// While the registry cannot be reached, what was agreed on last holds.
struct ClusterWatch: Service {
    let registry: any Registry
    let cluster: Latest<Cluster>
    let alarms: Alarms
    let log: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = Pause()
            while !Task.isCancelled {
                do {
                    try await follow { pause = Pause() }
                } catch RegistryError.forgotten {
                    continue
                } catch is CancellationError {
                    return
                } catch {
                    alarms.raise(.registry, "\(error)")
                    await pause.wait()
                }
            }
        }
    }

    /// Lists everything, then takes in change after change.
    private func follow(_ isHeard: () -> Void) async throws {
        var state = Cluster()
        // Of several moments the first: what came between is told again.
        var start: RegistryRevision?
        for kind in Cluster.kinds {
            let listing = try await registry.list(kind, from: nil, limit: nil)
            start = start ?? listing.revision
            for object in listing.objects { state.take(object) }
        }
        isHeard()
        publish(state)
        guard let start else { return }
        for try await change in registry.changes(after: start) {
            alarms.clear(.registry)
            // Heartbeats come every minute from everybody, and show no more than that the registry is heard of.
            guard Cluster.kinds.contains(change.key.kind) else { continue }
            state.apply(change)
            publish(state)
        }
    }

    private func publish(_ state: Cluster) {
        alarms.clear(.registry)
        let unreadable = state.unreadable.values.sorted()
        if unreadable.isEmpty {
            alarms.clear(.unreadableObject)
        } else {
            alarms.raise(.unreadableObject, unreadable.joined(separator: "; "))
        }
        cluster.set(state)
    }
}
