import Foundation
import Glibc

extension Namespace {
    /// Runs a shell's command whose input, output and errors are a terminal, and gives what the terminal was sent.
    ///
    /// What the command sends elsewhere (`>file`) is no terminal's there.
    package func onTerminal(_ command: String, environment: [String: String] = [:]) async throws -> String {
        let entry = entry
        return try await onOwnThread {
            let terminal = try Terminal()
            let child = try Spawned(
                entry + ["/bin/sh", "-c", command],
                environment: defaultEnvironment.merging(["TERM": "xterm"]) { $1 }.merging(environment) { $1 }
                    .map { "\($0.key)=\($0.value)" },
                stdin: terminal.slave, stdout: terminal.slave, stderr: terminal.slave)
            defer { child.end() }
            return String(decoding: try terminal.readToEnd(), as: UTF8.self)
        }
    }
}

/// A pseudo-terminal, pty(7).
private struct Terminal: ~Copyable {
    let master: Int32
    let slave: Int32

    /// By the calls beneath unlockpt(3) and ptsname(3), which Glibc's module hides.
    init() throws {
        let (unlock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
        var (isLocked, index): (Int32, UInt32) = (0, 0)
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard master >= 0, ioctl(master, unlock, &isLocked) == 0, ioctl(master, number, &index) == 0 else {
            throw Failure("no terminal: \(String(cString: strerror(errno)))")
        }
        let slave = open("/dev/pts/\(index)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slave >= 0 else { throw Failure("no /dev/pts/\(index): \(String(cString: strerror(errno)))") }
        (self.master, self.slave) = (master, slave)
    }

    deinit { close(master) }

    /// Reads until nobody has the other end any more, which the kernel tells by EIO.
    consuming func readToEnd() throws -> [UInt8] {
        close(slave)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var polled = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        while true {
            guard poll(&polled, 1, 60_000) > 0 else { throw Failure("the terminal is silent") }
            let count = read(master, &buffer, buffer.count)
            if count > 0 { bytes += buffer[..<count] } else if errno != EINTR { return bytes }
        }
    }
}
