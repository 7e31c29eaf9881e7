import Addressing
import Audit
import Logging
import Registry
import ServiceLifecycle

/// Has the node's blocks looked at whenever there is a reason to: the cluster has agreed on something else that concerns
/// the node, pods have come, a block is empty.
struct BlockService: Service {
    let node: String
    let keeper: BlockKeeper
    let cluster: Latest<Cluster>
    /// Blocks that have been empty for long.
    let empty: AsyncStream<Prefix>
    /// Ticks when pods have come or gone.
    let uses: AsyncStream<Void>
    let alarms: Alarms
    let log: Logger

    func run() async throws {
        let (looks, look) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await cluster.follow({ NodePart($0, of: node) }) { look.yield() }
                }
                // Another's block may be what the node has found none of.
                group.addTask {
                    await cluster.follow(\.blocks) { if alarms.current[.claim] != nil { look.yield() } }
                }
                group.addTask { for await _ in uses { look.yield() } }
                group.addTask {
                    for await block in empty { await attempt { try await keeper.release(block) } }
                }
                group.addTask {
                    for await _ in looks {
                        // Many pods may come at once; they are looked at once.
                        do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
                        var pause = Pause()
                        while !Task.isCancelled {
                            guard let agreed = cluster.value else { break }
                            if await attempt({ try await keeper.settle(agreed) }) { break }
                            await pause.wait()
                        }
                    }
                }
            }
        }
    }

    /// Says by an alarm what goes wrong; false then.
    @discardableResult
    private func attempt(_ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            alarms.clear(.ledger)
            return true
        } catch let error as AuditError {
            alarms.raise(.ledger, "the ledger cannot be brought to what the cluster says: \(error)")
        } catch let error as RegistryError {
            alarms.raise(.registry, error.description)
        } catch { alarms.raise(.ledger, "\(error)") }
        return false
    }
}
