import AgentSocket
import Events
import Glibc
import JSON
import System

/// What the listener's thread does: it hears who calls until that one has said its line, and takes reports in.
final class Reception: Sendable {
    /// Most callers that are heard at once; others wait in the kernel's queue.
    private static let mostCallers = 128

    private let lock: FileDescriptor
    private let bell: Bell
    private let connections: FileDescriptor
    private let datagrams: FileDescriptor
    private let paths: [String]
    private let calls: AsyncStream<AgentCall>.Continuation
    private let reports: AsyncStream<OperationReport>.Continuation

    init(
        lock: consuming FileDescriptor, bell: Bell, connections: consuming FileDescriptor,
        datagrams: consuming FileDescriptor, paths: [String], _ calls: AsyncStream<AgentCall>.Continuation,
        _ reports: AsyncStream<OperationReport>.Continuation
    ) {
        self.lock = lock
        self.bell = bell
        self.connections = connections
        self.datagrams = datagrams
        self.paths = paths
        self.calls = calls
        self.reports = reports
    }

    /// Listens until the bell rings.
    func run() {
        var callers: [Caller] = []
        var mayAccept = true
        while !bell.hasEnded {
            let isOpen = mayAccept && callers.count < Self.mostCallers
            var polled = [bell.raw, isOpen ? connections.raw : -1, datagrams.raw].map(readable)
            polled += callers.map { readable($0.connection.raw) }
            // Where no more can be accepted, for want of descriptors, a while passes before the next try.
            let patience = mayAccept ? callers.map(\.millisecondsLeft).min() ?? -1 : 100
            if poll(&polled, nfds_t(polled.count), patience) < 0 && errno != EINTR { break }
            if polled[2].revents != 0 { takeReports() }
            let ready = polled[3...].map { $0.revents != 0 }
            callers = zip(callers, ready).compactMap { caller, isReady in isReady ? hear(caller) : caller }
                .filter { $0.millisecondsLeft > 0 }
            mayAccept = polled[1].revents == 0 || accept(&callers)
        }
        calls.finish()
        reports.finish()
        for path in paths { unlink(path) }
    }

    private func readable(_ raw: Int32) -> pollfd { pollfd(fd: raw, events: Int16(POLLIN), revents: 0) }

    /// Takes in who waits; false where that failed for another reason than that nobody does.
    private func accept(_ callers: inout [Caller]) -> Bool {
        while callers.count < Self.mostCallers {
            do throws(SystemError) {
                callers.append(Caller(connection: Connection(try connections.accepted())))
            } catch {
                if error.number == ECONNABORTED { continue }
                return error.number == EAGAIN
            }
        }
        return true
    }

    /// Hears more of a caller's line; nil when it has said it, or will not.
    private func hear(_ caller: Caller) -> Caller? {
        var caller = caller
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = recv(caller.connection.raw, &chunk, chunk.count, 0)
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return caller }
        guard count > 0 else { return nil }
        caller.line += chunk[..<count]
        if caller.line.count > AgentSocket.longestLine {
            caller.connection.say(.refused("the line is longer than \(AgentSocket.longestLine) bytes"))
            return nil
        }
        guard let end = caller.line.firstIndex(of: UInt8(ascii: "\n")) else { return caller }
        take(Array(caller.line[..<end]), of: caller.connection)
        return nil
    }

    private func take(_ line: [UInt8], of connection: Connection) {
        do {
            let call = AgentCall(try AgentRequest(try JSON.parse(line)), connection)
            if case .dropped = calls.yield(call) { call.answer(.refused("the agent has too many others to answer")) }
        } catch { connection.say(.refused("the question cannot be read: \(error)")) }
    }

    private func takeReports() {
        var bytes = [UInt8](repeating: 0, count: 1024)
        while true {
            let count = recv(datagrams.raw, &bytes, bytes.count, 0)
            guard count >= 0 else { return }
            // What is no report is nobody's loss.
            do { reports.yield(try OperationReport(try JSON.parse(Array(bytes[..<count])))) } catch { continue }
        }
    }
}

/// One who has not said all of its line.
private struct Caller {
    let connection: Connection
    var line: [UInt8] = []
    private let end = ContinuousClock.now + .seconds(AgentSocket.patience)

    init(connection: Connection) { self.connection = connection }

    /// How long it is waited for.
    var millisecondsLeft: Int32 { (end - ContinuousClock.now).milliseconds }
}

/// The line to a caller, cut when the last one lets go of it.
final class Connection: Sendable {
    private let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    var raw: Int32 { descriptor.raw }

    /// Says one line, which the socket has room for, or nothing: no caller can make the agent wait.
    func say(_ reply: AgentReply) {
        let bytes = reply.json.bytes + [UInt8(ascii: "\n")]
        _ = Glibc.send(raw, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
    }
}
