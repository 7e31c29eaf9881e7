import Events
import Glibc
import System

/// Answers requests of HTTP on one socket, a few at a time, on a thread of its own.
///
/// A page is made on that thread, too: while it waits for BIRD, other callers wait, and nobody else.
final class ScrapeServer: Sendable {
    /// Most callers that are heard at once; others wait in the kernel's queue.
    private static let mostCallers = 8

    private let listening: FileDescriptor
    private let bell: Bell
    private let answer: @Sendable (ScrapeRequest) -> ScrapeReply

    init(
        _ listening: consuming FileDescriptor, _ answer: @escaping @Sendable (ScrapeRequest) -> ScrapeReply
    ) throws(SystemError) {
        self.listening = listening
        self.answer = answer
        bell = try Bell()
    }

    /// Serves until the task is cancelled.
    ///
    /// - Throws: `SystemError` when there are no threads left, or the socket cannot be listened on any more.
    func run() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (ending: CheckedContinuation<Void, any Error>) in
                do {
                    try Thread.start { [self] in ending.resume(with: Result { try serve() }) }
                } catch { ending.resume(throwing: error) }
            }
        } onCancel: {
            bell.end()
        }
    }

    private func serve() throws(SystemError) {
        var callers: [ScrapeCaller] = []
        while !bell.hasEnded {
            let isOpen = callers.count < Self.mostCallers
            var polled = [
                pollfd(fd: bell.raw, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isOpen ? listening.raw : -1, events: Int16(POLLIN), revents: 0),
            ]
            polled += callers.map(\.polled)
            let patience = callers.map(\.millisecondsLeft).min() ?? -1
            if poll(&polled, nfds_t(polled.count), patience) < 0 {
                if errno == EINTR { continue }
                throw SystemError("poll")
            }
            callers = zip(callers, polled[2...]).compactMap { caller, poll in
                poll.revents == 0 ? caller : caller.moved(answer)
            }
            callers.removeAll { $0.millisecondsLeft <= 0 }
            if polled[1].revents != 0 { try accept(&callers) }
        }
    }

    private func accept(_ callers: inout [ScrapeCaller]) throws(SystemError) {
        do throws(SystemError) { callers.append(ScrapeCaller(try listening.accepted())) } catch {
            // Who has gone again, and what another caller's end will mend, is no failure of the socket.
            guard [EAGAIN, ECONNABORTED, EMFILE, ENFILE].contains(error.number) else { throw error }
            // With no descriptors left poll(2) would come back at once.
            if [EMFILE, ENFILE].contains(error.number) { usleep(100_000) }
        }
    }
}

/// Somebody who asks: he says his request, hears the answer, and hangs up.
private struct ScrapeCaller {
    private enum State {
        case asking([UInt8])
        case hearing(ArraySlice<UInt8>)
        /// Everything is said. Closed with something unread, TCP would take back what the caller has not read yet.
        case leaving
    }

    /// Holds the connection open as long as there is a copy.
    private final class Connection: Sendable {
        let descriptor: FileDescriptor
        init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
    }

    /// How long a caller may take for all of it.
    private static let patience = Duration.seconds(5)

    private let connection: Connection
    private var state = State.asking([])
    private var end = ContinuousClock.now + Self.patience

    init(_ descriptor: consuming FileDescriptor) { connection = Connection(descriptor) }

    private var raw: Int32 { connection.descriptor.raw }

    var polled: pollfd {
        if case .hearing = state { return pollfd(fd: raw, events: Int16(POLLOUT), revents: 0) }
        return pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
    }

    var millisecondsLeft: Int32 { (end - ContinuousClock.now).milliseconds }

    /// The caller after what can be done now without waiting; nil when he has gone.
    func moved(_ answer: (ScrapeRequest) -> ScrapeReply) -> ScrapeCaller? {
        var caller = self
        switch state {
        case .asking(let before):
            guard let bytes = read() else { return nil }
            guard let request = ScrapeRequest(before + bytes) else {
                caller.state = .asking(before + bytes)
                return caller
            }
            caller.state = .hearing(answer(request).bytes[...])
            // The page has taken its time; that is not the caller's fault.
            caller.end = ContinuousClock.now + Self.patience
            return caller.moved(answer)
        case .hearing(let bytes):
            let sent = bytes.withUnsafeBytes { send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent < 0 { return errno == EAGAIN || errno == EINTR ? self : nil }
            let rest = bytes.dropFirst(sent)
            caller.state = rest.isEmpty ? .leaving : .hearing(rest)
            if rest.isEmpty { shutdown(raw, Int32(SHUT_WR)) }
            return caller
        case .leaving: return read() == nil ? nil : self
        }
    }

    /// What he says; empty for nothing yet, nil when he has hung up.
    private func read() -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = recv(raw, &chunk, chunk.count, 0)
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return [] }
        return count > 0 ? Array(chunk[..<count]) : nil
    }
}
