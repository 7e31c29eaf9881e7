import Glibc

/// A program that answers each line of input with one line of output: started once, asked often.
///
/// It ends when its input does, which the kernel sees to when the test process dies.
package final class Dialogue: Sendable {
    private let child: Spawned
    private let input: Int32
    private let output: Int32

    private static let patience: Int32 = 60_000

    /// Starts `arguments[0]`, a full path; what it says on standard error is not heard.
    fileprivate init(_ arguments: [String]) throws {
        var (input, output) = (try Pipe(), try Pipe())
        let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer {
            input.closeReader()
            output.closeWriter()
            close(nothing)
        }
        child = try Spawned(
            arguments, environment: defaultEnvironment.map { "\($0.key)=\($0.value)" }, stdin: input.reader,
            stdout: output.writer, stderr: nothing)
        (self.input, self.output) = (input.writer, output.reader)
    }

    deinit {
        close(input)
        child.end()
        close(output)
    }

    /// Says a line, or several that have one answer, and waits for that; on a thread that may block.
    package func ask(_ text: String) throws -> [UInt8] {
        try say(Array("\(text)\n".utf8))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while answer.last != UInt8(ascii: "\n") {
            var polled = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, Self.patience) > 0 else { throw Failure("no answer to: \(text)") }
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else { throw Failure("the program ended, asked: \(text)") }
            answer += buffer[..<count]
        }
        return answer
    }

    private func say(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure("the program does not listen: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
    }
}

extension Namespace {
    /// Starts a program in here to talk to.
    package func converse(_ arguments: String...) throws -> Dialogue { try Dialogue(entry + arguments) }
}
