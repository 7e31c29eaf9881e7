internal import CLinux
import Glibc

/// Another program, run to its end.
package enum Command {
    /// How a program ended, wait(2).
    package enum Status: Equatable, Sendable {
        case exited(Int32)
        case signaled(Int32)
    }

    /// A program that has ended and what it said.
    package struct Completion: Sendable {
        package let status: Status
        package let output: [UInt8]
        /// Standard error, when it was captured.
        package let errors: [UInt8]
    }

    /// Runs `path` with `input` on its standard input and waits for its end.
    ///
    /// - Parameters:
    ///   - arguments: those after the program's own name.
    ///   - environment: the whole of it, `NAME=value` each.
    ///   - capturesErrors: whether standard error is collected; otherwise it goes where ours goes.
    /// - Throws: `SystemError` when the program cannot be started or talked to.
    package static func run(
        _ path: String, arguments: [String] = [], environment: [String], input: [UInt8] = [],
        capturesErrors: Bool = false
    ) throws(SystemError) -> Completion {
        let stdin = try Pipe()
        let stdout = try Pipe()
        let stderr = try Pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, stdin.reading, 0)
        posix_spawn_file_actions_adddup2(&actions, stdout.writing, 1)
        if capturesErrors { posix_spawn_file_actions_adddup2(&actions, stderr.writing, 2) }
        let child = try spawn(path, actions: &actions, arguments: [path] + arguments, environment: environment)
        stdin.closeReading()
        stdout.closeWriting()
        stderr.closeWriting()
        let (output, errors) = talk(stdin, input, stdout, stderr)
        return Completion(status: try wait(for: child), output: output, errors: errors)
    }

    private static func spawn(
        _ path: String, actions: inout posix_spawn_file_actions_t, arguments: [String], environment: [String]
    ) throws(SystemError) -> pid_t {
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer {
            for text in argv { free(text) }
            for text in envp { free(text) }
        }
        // This process may ignore signals, and its threads block them; its children start as they would from a shell.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGPIPE, SIGTERM, SIGINT] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var child: pid_t = 0
        let result = posix_spawn(&child, path, &actions, &attributes, &argv, &envp)
        guard result == 0 else { throw SystemError("posix_spawn", path, number: result) }
        return child
    }

    /// Feeds and drains all the pipes at once, so that neither side can block the other.
    private static func talk(
        _ stdin: borrowing Pipe, _ input: [UInt8], _ stdout: borrowing Pipe, _ stderr: borrowing Pipe
    ) -> (output: [UInt8], errors: [UInt8]) {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var sent = 0
        if input.isEmpty { stdin.closeWriting() }
        var polled = [
            pollfd(fd: input.isEmpty ? -1 : stdin.writing, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: stdout.reading, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stderr.reading, events: Int16(POLLIN), revents: 0),
        ]
        while polled[0].fd >= 0 || polled[1].fd >= 0 || polled[2].fd >= 0 {
            guard poll(&polled, 3, -1) >= 0 || errno == EINTR else { break }
            if polled[0].revents != 0 {
                let count = input.withUnsafeBytes {
                    Glibc.write(stdin.writing, $0.baseAddress.map { $0 + sent }, min(4096, $0.count - sent))
                }
                sent += max(0, count)
                if (count < 0 && errno != EINTR) || sent == input.count {
                    polled[0].fd = -1
                    stdin.closeWriting()
                }
            }
            if polled[1].revents != 0, !drain(stdout.reading, into: &output) { polled[1].fd = -1 }
            if polled[2].revents != 0, !drain(stderr.reading, into: &errors) { polled[2].fd = -1 }
        }
        // After a failed poll the program would wait for the rest of its input, and this process for its end.
        stdin.closeWriting()
        stdout.closeReading()
        stderr.closeReading()
        return (output, errors)
    }

    /// Takes what is there; false at the end.
    private static func drain(_ raw: Int32, into bytes: inout [UInt8]) -> Bool {
        var count = 0
        bytes.append(addingCapacity: 65536) { space in
            count = Glibc.read(raw, space.baseAddress, space.count)
            return max(0, count)
        }
        return count > 0 || (count < 0 && errno == EINTR)
    }

    private static func wait(for child: pid_t) throws(SystemError) -> Status {
        var status: Int32 = 0
        try retrying("waitpid") { waitpid(child, &status, 0) }
        // WIFEXITED and its like are macros; wait(2) fixes the bits.
        return status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .signaled(status & 0x7F)
    }
}

/// Both ends of a pipe(2), close-on-exec; each is closed once, by hand or with the value.
private struct Pipe: ~Copyable {
    private let ends: UnsafeMutablePointer<Int32>

    init() throws(SystemError) {
        let ends = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
        if pipe2(ends, O_CLOEXEC) != 0 {
            let error = SystemError("pipe2")
            ends.deallocate()
            throw error
        }
        self.ends = ends
    }

    deinit {
        closeReading()
        closeWriting()
        ends.deallocate()
    }

    var reading: Int32 { ends[0] }
    var writing: Int32 { ends[1] }

    borrowing func closeReading() { closeEnd(0) }
    borrowing func closeWriting() { closeEnd(1) }

    private borrowing func closeEnd(_ index: Int) {
        if ends[index] >= 0 { close(ends[index]) }
        ends[index] = -1
    }
}

/// The whole environment of this process, `NAME=value` each, environ(7).
package func currentEnvironment() -> [String] {
    var entries: [String] = []
    guard var next = martlet_environ() else { return [] }
    while let entry = next.pointee {
        entries.append(String(cString: entry))
        next += 1
    }
    return entries
}
