import Glibc

/// A program that keeps something alive until its standard input ends, which the kernel sees to when this process dies.
///
/// It says `ready`, and whatever else is to be known, in its first line of output.
package struct Holder: Sendable {
    private let child: Spawned
    private let lifeline: Int32
    private let output: Int32

    /// Starts `command[0]`, a full path, with exactly this environment; what it writes to stderr is shown.
    package init(_ command: [String], environment: [String: String]) throws {
        var (input, output) = (try Pipe(), try Pipe())
        defer {
            input.closeReader()
            output.closeWriter()
        }
        child = try Spawned(
            command, environment: environment.map { "\($0.key)=\($0.value)" },
            stdin: input.reader, stdout: output.writer, stderr: STDERR_FILENO)
        (lifeline, self.output) = (input.writer, output.reader)
    }

    /// Waits for the first line and gives what stands behind `ready`.
    package func readiness() async throws -> String {
        let line = try await onOwnThread {
            var line: [UInt8] = []
            var byte: UInt8 = 0
            while read(output, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
            return String(decoding: line, as: UTF8.self)
        }
        guard line.hasPrefix("ready ") else { throw Failure("no `ready` from the holder but `\(line)`") }
        return String(line.dropFirst(6))
    }

    /// Ends the program and waits for it.
    ///
    /// - Throws: `Failure` when it found something wrong at its end and said so by its exit status.
    package func end() async throws {
        close(lifeline)
        let status = try await onOwnThread {
            var status: Int32 = 0
            while waitpid(child.pid, &status, 0) < 0, errno == EINTR {}
            return status
        }
        close(output)
        guard status == 0 else { throw Failure("the holder ended with wait status \(status)") }
    }
}
