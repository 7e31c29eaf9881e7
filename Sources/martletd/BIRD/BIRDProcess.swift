import AgentConfiguration
import BIRD
import Glibc
import System

/// This node's BIRD, wherever it was started.
struct BIRDProcess {
    private let bird: AgentConfiguration.BIRD

    init(_ bird: AgentConfiguration.BIRD) { self.bird = bird }

    /// Whether it answers on its socket.
    func isRunning() throws -> Bool {
        do throws(BIRDError) {
            var control = try ControlSocket.open(bird.socket)
            _ = try control.daemon()
            return true
        } catch {
            guard case .unreachable(_, let error) = error, [ENOENT, ECONNREFUSED].contains(error.number) else {
                throw error
            }
            return false
        }
    }

    /// Has it read its configuration again.
    func configure() throws(BIRDError) {
        var control = try ControlSocket.open(bird.socket)
        _ = try control.ask("configure \"\(bird.configurationFile)\"")
    }

    /// Starts it as a daemon of its own, which outlives the agent.
    ///
    /// - Throws: `BIRDRefusal` with its words where it does not start.
    func start() throws {
        let arguments = ["-c", bird.configurationFile, "-s", bird.socket]
        let completion = try Command.run(
            bird.program, arguments: arguments, environment: currentEnvironment(), capturesErrors: true)
        guard completion.status == .exited(0) else {
            throw BIRDRefusal(
                description: "BIRD does not start: \(String(decoding: completion.errors, as: UTF8.self))")
        }
    }
}
