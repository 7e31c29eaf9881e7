internal import CLinux
import Glibc

/// A forked child that does one thing and reports a failure by one number, fork(2).
///
/// For a process with one thread only. The child closes every descriptor it inherited but the report's, and ends with
/// `_exit`: nothing of the parent is flushed or run twice.
package struct Child: ~Copyable {
    private let process: pid_t
    private let reading: FileDescriptor

    /// Forks; `body` runs in the child and answers its exit status. It is handed a way to report an errno.
    package init(_ body: ((Int32) -> Void) -> Int32) throws(SystemError) {
        var ends: (Int32, Int32) = (-1, -1)
        try withUnsafeMutablePointer(to: &ends) { (pointer) throws(SystemError) in
            _ = try pointer.withMemoryRebound(to: Int32.self, capacity: 2) { (ends) throws(SystemError) in
                try retrying("pipe2") { pipe2(ends, O_CLOEXEC) }
            }
        }
        let reading = FileDescriptor(owning: ends.0)
        let writing = FileDescriptor(owning: ends.1)
        let process = martlet_fork()
        if process < 0 { throw SystemError("fork") }
        if process == 0 {
            Self.closeAll(but: writing.raw)
            let raw = writing.raw
            _exit(
                body { number in
                    var number = number
                    _ = Glibc.write(raw, &number, 4)
                })
        }
        self.process = process
        self.reading = reading
    }

    /// A descriptor that becomes readable when the child has reported or ended.
    package var report: Int32 { reading.raw }

    /// Waits for the child's end; answers the number it reported, 0 if none.
    package borrowing func wait() -> Int32 {
        var number: Int32 = 0
        while Glibc.read(reading.raw, &number, 4) < 0 && errno == EINTR {}
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return number
    }

    private static func closeAll(but kept: Int32) {
        if kept > 0 { _ = martlet_close_range(0, UInt32(kept - 1)) }
        _ = martlet_close_range(UInt32(kept + 1), UInt32.max)
    }
}
