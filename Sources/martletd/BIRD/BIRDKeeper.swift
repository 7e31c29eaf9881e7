import Addressing
import AgentConfiguration
import BIRD
import Glibc
import IPAM
import Logging
import Registry
import Resources
import ServiceLifecycle
import System

/// Keeps BIRD configured as the cluster has agreed, and running.
///
/// A configuration is written beside the one that holds, checked by BIRD, and only then put in its place. What BIRD
/// refuses changes nothing.
struct BIRDKeeper: Service {
    let configuration: AgentConfiguration
    let cluster: Latest<Cluster>
    /// Set when the kernel has been looked at: BIRD is not to start before the blocks are there that it announces.
    let firstPass: Latest<Bool>
    /// Set when BIRD's configuration is in its place, whether BIRD runs or not.
    let configured: Latest<Bool>
    let alarms: Alarms
    let log: Logger
    /// Ticks when BIRD was started, or told of another configuration.
    private let tellings = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    func run() async throws {
        let (looks, look) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        await cancelWhenGracefulShutdown {
            await firstPass.first()
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await cluster.follow({ Mesh($0) }) {
                        if configured.value == true { await settle() }
                        look.yield()
                    }
                    look.finish()
                }
                group.addTask { await keep(looks) { look.yield() } }
                group.addTask {
                    for await _ in tellings.stream {
                        // What keeps it from being asked is said by who tells it.
                        do { try await SessionStart(socket: configuration.bird.socket, log: log).follow() } catch {}
                    }
                }
            }
        }
    }

    /// Nodes often come together. Each one costs BIRD another reading of all its sessions, so the more there are, the longer
    /// is waited for those that come with it; a session takes two seconds to stand anyway.
    private func settle() async {
        let time = 50 + 4 * (cluster.value?.nodes.count ?? 0)
        // Cancelled: nothing is kept any more.
        do { try await Task.sleep(for: .milliseconds(min(time, 2000))) } catch {}
    }

    /// Looks whenever there is a reason to: something was agreed on, or BIRD has ended.
    private func keep(_ looks: AsyncStream<Void>, _ lookAgain: @escaping @Sendable () -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            let watch = Latest<Bool>()
            // An agent before this one may have ended when the file was written, and BIRD did not know.
            var isTold = false
            for await _ in looks {
                var pause = Pause()
                while !Task.isCancelled, !bring(&isTold) { await pause.wait() }
                guard watch.value != true, alarms.current[.bird] == nil else { continue }
                watch.set(true)
                group.addTask {
                    // What keeps it from being watched keeps it from answering, too.
                    do { try await BIRDProcess(configuration).end() } catch {}
                    watch.set(false)
                    lookAgain()
                }
            }
            group.cancelAll()
        }
    }

    /// Makes BIRD run as was agreed; false when that is to be tried again.
    ///
    /// - Parameter isTold: whether BIRD knows the file as it is.
    private func bring(_ isTold: inout Bool) -> Bool {
        guard let agreed = cluster.value else { return true }
        // Who registers the node says why there is none.
        guard let plan = BIRDConfigurationPlan(configuration, agreed) else { return true }
        do {
            let files = BIRDFiles(configuration.bird)
            if try adopt(plan, files) { isTold = false }
            // Refused, with none before.
            guard try files.areThere() else { return true }
            configured.set(true)
            if try start(isTold: isTold) { tellings.continuation.yield() }
            isTold = true
            alarms.clear(.bird)
            return true
        } catch {
            alarms.raise(.bird, "\(error)")
            return false
        }
    }

    /// Puts a configuration in the place of the one that holds, unless BIRD refuses it; whether it has done so.
    private func adopt(_ plan: BIRDConfigurationPlan, _ files: BIRDFiles) throws -> Bool {
        let isChanged = try files.differ(from: plan.text)
        if isChanged {
            do {
                try files.write(plan.text)
                try files.check()
            } catch let refusal as BIRDRefusal {
                alarms.raise(.birdConfiguration, refusal.description)
                return false
            }
            try files.adopt()
        }
        alarms.clear(.birdConfiguration)
        return isChanged
    }

    /// Starts BIRD, or tells it of its configuration; whether it has done either.
    private func start(isTold: Bool) throws -> Bool {
        let process = BIRDProcess(configuration)
        if try process.isRunning() {
            if !isTold { try process.configure() }
            return !isTold
        }
        if let stranger = try BGPPort.stranger() { throw BIRDRefusal(description: "BIRD does not run: \(stranger)") }
        if configuration.bird.starter == .agent {
            try process.start()
            log.notice("started BIRD")
            return true
        }
        throw BIRDError.unreachable(
            path: configuration.bird.socket, SystemError("connect", configuration.bird.socket, number: ENOENT))
    }
}
