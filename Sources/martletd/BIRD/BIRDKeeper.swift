import Addressing
import BIRD
import Glibc
import IPAM
import Logging
import Registry
import Resources
import ServiceLifecycle
import System

/// Keeps BIRD configured as the cluster has agreed.
///
/// A configuration is written beside the one that holds, checked by BIRD, and only then put in its place. What BIRD
/// refuses changes nothing.
struct BIRDKeeper: Service {
    let configuration: AgentConfiguration
    let cluster: Latest<Cluster>
    /// Set when the kernel has been looked at: BIRD is not to start before the blocks are there that it announces.
    let firstPass: Latest<Bool>
    let alarms: Alarms
    let log: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await firstPass.first()
            for await cluster in cluster.values() {
                var pause = Pause()
                while !Task.isCancelled {
                    if bring(BIRDConfigurationPlan(configuration, cluster)) { break }
                    await pause.wait()
                }
            }
        }
    }

    /// Makes BIRD run with a configuration; false when that is to be tried again.
    private func bring(_ plan: BIRDConfigurationPlan?) -> Bool {
        guard let plan else {
            alarms.raise(.node, "this node has no address that other nodes could reach it by")
            return true
        }
        let files = BIRDFiles(configuration.bird)
        do {
            let isChanged = try files.differ(from: plan.text)
            if isChanged {
                try files.write(plan.text)
                try files.check()
                try files.adopt()
            }
            alarms.clear(.birdConfiguration)
            try start(isChanged: isChanged)
            alarms.clear(.bird)
            return true
        } catch let error as BIRDRefusal {
            alarms.raise(.birdConfiguration, error.description)
            return true
        } catch {
            alarms.raise(.bird, "\(error)")
            return false
        }
    }

    private func start(isChanged: Bool) throws {
        let process = BIRDProcess(configuration.bird)
        if try process.isRunning() {
            if isChanged { try process.configure() }
        } else if configuration.bird.starter == .agent {
            try process.start()
            log.notice("started BIRD")
        } else {
            throw BIRDError.unreachable(
                path: configuration.bird.socket, SystemError("connect", configuration.bird.socket, number: ENOENT))
        }
    }
}
