import Foundation
import Glibc

/// How a program ended and what it wrote.
package struct Completion: Sendable {
    /// The end of a process.
    package enum Status: Equatable, Sendable {
        case exited(Int32)
        case signaled(Int32)
        /// Killed by us: it, or somebody who inherited its output, was still there after the time given.
        case timedOut
    }

    package let status: Status
    package let output: [UInt8]
    package let errors: [UInt8]
    package let duration: Duration

    /// Standard output as text, malformed UTF-8 repaired.
    package var text: String { String(decoding: output, as: UTF8.self) }
    /// Standard error as text, malformed UTF-8 repaired.
    package var errorText: String { String(decoding: errors, as: UTF8.self) }
    package var succeeded: Bool { status == .exited(0) }

    /// What a command that had to succeed wrote, without the last newline.
    ///
    /// - Throws: `Failure` with the command and all that it said.
    package func answer(to command: String) throws -> String {
        guard succeeded else { throw Failure("\(command) ended with \(status): \(text)\(errorText)") }
        return text.trimmingCharacters(in: .newlines)
    }
}

/// Runs a program to its end on a thread of its own, so that the tests' shared threads never block.
///
/// - Parameters:
///   - arguments: the program's full path, then its arguments.
///   - environment: all of it; nothing is inherited.
///   - timeout: after it the program is killed and the status is `.timedOut`.
/// - Returns: what it wrote until it, and everybody who inherited its output, had closed it.
package func execute(
    _ arguments: [String], environment: [String: String] = defaultEnvironment, input: [UInt8] = [],
    timeout: Duration = .seconds(60)
) async throws -> Completion {
    try await onOwnThread {
        var run = try Run(arguments, environment: environment, input: input, timeout: timeout)
        return run.completion()
    }
}

/// The environment of observing programs: a path and a language.
package let defaultEnvironment = [
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C",
]

/// Runs `body` on a new thread and awaits it.
package func onOwnThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Result { try body() })
        }
    }
}

/// One program being run: its pipes, what came out of them so far, and until when it may take.
private struct Run {
    private let child: Spawned
    private var stdin: Pipe
    private var stdout: Pipe
    private var stderr: Pipe
    private var input: ArraySlice<UInt8>
    private var output: [UInt8] = []
    private var errors: [UInt8] = []
    private let start = ContinuousClock.now
    private let timeout: Duration

    /// SIGPIPE would end the whole test process when a program does not read its input.
    private static let brokenPipesAreQuiet: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    init(_ arguments: [String], environment: [String: String], input: [UInt8], timeout: Duration) throws {
        Run.brokenPipesAreQuiet
        (stdin, stdout, stderr) = (try Pipe(), try Pipe(), try Pipe())
        self.input = input[...]
        self.timeout = timeout
        child = try Spawned(
            arguments, environment: environment.map { "\($0.key)=\($0.value)" }.sorted(),
            stdin: stdin.reader, stdout: stdout.writer, stderr: stderr.writer)
        stdin.closeReader()
        stdout.closeWriter()
        stderr.closeWriter()
        _ = fcntl(stdin.writer, F_SETFL, O_NONBLOCK)
    }

    mutating func completion() -> Completion {
        defer {
            stdin.closeBoth()
            stdout.closeBoth()
            stderr.closeBoth()
        }
        while stdout.reader >= 0 || stderr.reader >= 0, remaining > 0 { exchange() }
        stdin.closeWriter()
        let status = reap()
        return Completion(
            status: status, output: output, errors: errors, duration: ContinuousClock.now - start)
    }

    /// Milliseconds left.
    private var remaining: Int32 {
        let left = timeout - (ContinuousClock.now - start)
        return Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000)
    }

    private mutating func exchange() {
        if input.isEmpty { stdin.closeWriter() }
        var polled = [
            pollfd(fd: stdout.reader, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stderr.reader, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stdin.writer, events: Int16(POLLOUT), revents: 0),
        ]
        guard poll(&polled, 3, remaining) > 0 else { return }
        if polled[0].revents != 0, !Run.read(stdout.reader, into: &output) { stdout.closeReader() }
        if polled[1].revents != 0, !Run.read(stderr.reader, into: &errors) { stderr.closeReader() }
        if polled[2].revents != 0 { feed() }
    }

    private mutating func feed() {
        let written = input.withUnsafeBytes { write(stdin.writer, $0.baseAddress, $0.count) }
        if written > 0 {
            input = input.dropFirst(written)
        } else if errno != EAGAIN, errno != EINTR {
            input = []
        }
    }

    /// False at the end of the stream.
    private static func read(_ descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count > 0 { bytes += buffer[..<count] }
        return count > 0 || (count < 0 && errno == EINTR)
    }

    private func reap() -> Completion.Status {
        var status: Int32 = 0
        while true {
            let got = waitpid(child.pid, &status, WNOHANG)
            if got == child.pid { break }
            if remaining <= 0 {
                child.end()
                return .timedOut
            }
            usleep(200)
        }
        if stdout.reader >= 0 || stderr.reader >= 0 { return .timedOut }
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .signaled(signal)
    }
}
