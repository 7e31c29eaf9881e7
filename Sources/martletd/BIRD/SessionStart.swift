import BIRD
import Logging

/// Asks BIRD for its sessions until all stand, after it was started or told of others.
///
/// To be asked also wakes BIRD. BIRD 2.0 goes on to wait, up to three seconds, when it has just fed its routes to a new
/// session: what is left to do, to send them, it finds only when something else happens.
struct SessionStart {
    let socket: String
    let log: Logger

    /// Peers that do not answer for so long may not be there at all.
    private static let patience = Duration.seconds(10)
    /// BIRD connects 1.5 to 2 s after its start (`connect delay time`).
    private static let delay = Duration.milliseconds(1600)

    /// Returns when all sessions stand, after some seconds, or when the task is cancelled.
    func follow() async throws {
        let start = ContinuousClock.now
        var pause = Self.delay
        while ContinuousClock.now - start < Self.patience {
            try await Task.sleep(for: pause)
            var control = try ControlSocket.open(socket)
            let sessions = try control.sessions(withDetails: false)
            if sessions.allSatisfy(\.isEstablished) {
                return log.info("all sessions stand", metadata: ["count": "\(sessions.count)"])
            }
            // The more there are, the more it costs to ask.
            pause = .milliseconds(250 + 4 * sessions.count)
        }
    }
}
