import Glibc
import Synchronization

/// A network namespace, held by a child that copies its input to its output: closing the input ends it.
///
/// The kernel closes the pipe when the test process dies, however it dies, so a killed test leaves no namespace.
/// No thread of the test process ever enters the namespace; programs are started in it.
package final class Namespace: Sendable {
    private let holder: Spawned
    private let pipe: Pipe
    private let hasMounts: Bool
    private let isEnded = Mutex(false)

    /// Makes a new namespace with nothing in it but a loopback device that is down.
    ///
    /// - Parameter withMounts: programs run in it see mounts of their own, too, which go with the namespace.
    package static func make(withMounts: Bool = false) async throws -> Namespace {
        try await onOwnThread { try Namespace(withMounts: withMounts) }
    }

    private init(withMounts: Bool) throws {
        hasMounts = withMounts
        var (input, output) = (try Pipe(), try Pipe())
        defer {
            input.closeReader()
            output.closeBoth()
        }
        holder = try Spawned(
            ["/usr/bin/unshare", "--net"] + (withMounts ? ["--mount"] : []) + ["/bin/cat"], environment: [],
            stdin: input.reader, stdout: output.writer, stderr: 2)
        pipe = input
        output.closeWriter()
        // The echo comes when cat runs, and that is after unshare(2).
        var byte: UInt8 = 10
        guard write(input.writer, &byte, 1) == 1, read(output.reader, &byte, 1) == 1 else {
            throw Failure("no namespace could be made; is this root?")
        }
    }

    deinit {
        end()
    }

    /// Gives the namespace up now; the kernel takes it away a little later. Its path leads nowhere from here on.
    package func end() {
        isEnded.withLock { isEnded in
            guard !isEnded else { return }
            isEnded = true
            close(pipe.writer)
            holder.end()
        }
    }

    /// The path a runtime would pass as CNI_NETNS.
    package var path: String { "/proc/\(holder.pid)/ns/net" }

    /// The command that starts another one in here.
    package var entry: [String] {
        let mounts = hasMounts ? ["--mount=/proc/\(holder.pid)/ns/mnt"] : []
        return ["/usr/bin/nsenter", "--net=\(path)"] + mounts + ["--"]
    }

    /// Runs a program in the namespace; the rest (files, processes) is the test's own.
    package func run(
        _ arguments: [String], environment: [String: String] = defaultEnvironment, input: [UInt8] = [],
        timeout: Duration = .seconds(60)
    ) async throws -> Completion {
        try await execute(
            entry + arguments, environment: environment, input: input, timeout: timeout)
    }

    /// Runs a program that has to succeed, and gives its standard output.
    @discardableResult
    package func must(_ arguments: String..., input: String = "") async throws -> String {
        try await must(arguments, input: input)
    }

    @discardableResult
    private func must(_ arguments: [String], input: String = "") async throws -> String {
        let completion = try await run(arguments, input: Array(input.utf8))
        guard completion.succeeded else {
            throw Failure("\(arguments) ended with \(completion.status): \(completion.text)\(completion.errorText)")
        }
        return completion.text
    }

    /// Runs several `ip` commands, one a line, stopping at the first that fails.
    ///
    /// They share one process, but for those that begin with an option: `ip -batch` takes none in a line.
    package func ip(_ lines: String...) async throws {
        var batch: [String] = []
        for line in lines {
            guard line.hasPrefix("-") else {
                batch.append(line)
                continue
            }
            try await runBatch(batch)
            batch = []
            try await must(["/sbin/ip"] + line.split(separator: " ").map(String.init))
        }
        try await runBatch(batch)
    }

    private func runBatch(_ lines: [String]) async throws {
        guard !lines.isEmpty else { return }
        try await must("/sbin/ip", "-batch", "-", input: lines.joined(separator: "\n"))
    }

    /// The text of a file below /proc/sys as the namespace has it, without the newline; nil when there is none.
    package func sysctl(_ name: String) async throws -> String? {
        let completion = try await run(["/bin/cat", "/proc/sys/\(name)"])
        return completion.succeeded ? String(completion.text.dropLast()) : nil
    }

    /// Writes a file below /proc/sys of the namespace.
    package func setSysctl(_ name: String, _ value: String) async throws {
        try await must("/usr/bin/tee", "/proc/sys/\(name)", input: value)
    }
}
