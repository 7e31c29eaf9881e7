import AgentSocket
import Events
import Glibc
import System

/// The agent's side of its sockets.
///
/// A thread of its own waits for plugins, so that none of Swift's pool does; it hands over what they ask when they have
/// asked it.
package final class AgentListener: Sendable {
    /// What plugins ask; each wants an answer.
    package let calls: AsyncStream<AgentCall>
    /// How operations went; the oldest are forgotten where nobody listens.
    package let operations: AsyncStream<OperationReport>
    /// Ends the thread.
    private let bell: Bell

    /// Why there is no listening.
    package enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        case isServed(folder: String)
        case system(SystemError)

        package var description: String {
            switch self {
            case .isServed(let folder):
                "another agent serves " + folder + ": its lock on " + folder + "/" + lockName + " is held"
            case .system(let error): error.description
            }
        }
    }

    private static let lockName = "agent.lock"

    /// Listens in a folder, where sockets that an agent has left are replaced.
    ///
    /// - Throws: `Refusal.isServed` while another agent listens there.
    package init(folder: String) throws(Refusal) {
        let lock = try Self.lock(folder)
        let (calls, caller) = AsyncStream.makeStream(of: AgentCall.self, bufferingPolicy: .bufferingOldest(1024))
        let (operations, reporter) = AsyncStream.makeStream(
            of: OperationReport.self, bufferingPolicy: .bufferingNewest(1024))
        self.calls = calls
        self.operations = operations
        do throws(SystemError) {
            let paths = [folder + "/" + AgentSocket.name, folder + "/" + AgentSocket.operationsName]
            for path in paths where unlink(path) != 0 && errno != ENOENT { throw SystemError("unlink", path) }
            bell = try Bell()
            let reception = Reception(
                lock: lock, bell: bell, connections: try .listening(at: paths[0]),
                datagrams: try .listening(at: paths[1], forDatagrams: true), paths: paths, caller, reporter)
            try Thread.start { reception.run() }
        } catch { throw .system(error) }
    }

    deinit { end() }

    /// Listens no more, and takes the sockets away.
    package func end() { bell.end() }

    /// The kernel gives the lock back with the process, however that ends.
    private static func lock(_ folder: String) throws(Refusal) -> FileDescriptor {
        do throws(SystemError) {
            let file = try FileDescriptor(opening: folder + "/" + lockName, O_RDWR | O_CREAT | O_NOFOLLOW)
            try file.lockByte(0, patience: 0)
            return file
        } catch {
            throw error.number == ETIMEDOUT ? .isServed(folder: folder) : .system(error)
        }
    }
}

/// A question, and the way to answer it.
package struct AgentCall: Sendable {
    package let request: AgentRequest
    private let connection: Connection

    init(_ request: AgentRequest, _ connection: Connection) {
        self.request = request
        self.connection = connection
    }

    /// Answers; whoever asked may have gone. One that is not answered is hung up on.
    package func answer(_ reply: AgentReply) { connection.say(reply) }
}
