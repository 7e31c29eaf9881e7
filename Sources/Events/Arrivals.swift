import Glibc
import System

/// What has come in on a descriptor.
package enum Arrival: Hashable, Sendable {
    /// What one read(2) gave: of a socket of messages, one message.
    case bytes([UInt8])
    /// The kernel had more to say than the socket could hold (ENOBUFS), and has dropped some.
    case overrun
    /// The other side has closed, or the descriptor cannot be read any more.
    case end(SystemError?)
}

extension FileDescriptor {
    /// Everything that comes in from now on, until the end, or until nobody listens any more; then it is closed.
    ///
    /// A thread of its own waits for it, since most of what the kernel tells comes after hours: no thread of Swift's
    /// pool is held, and nothing is asked in vain.
    ///
    /// - Parameter size: the most bytes of one read.
    /// - Throws: `SystemError` where there is no descriptor or thread to be had.
    package consuming func arrivals(size: Int = 64 << 10) throws(SystemError) -> AsyncStream<Arrival> {
        let wait = try Wait(self, size: size)
        let (stream, continuation) = AsyncStream<Arrival>.makeStream()
        continuation.onTermination = { _ in wait.stop() }
        try wait.begin {
            continuation.yield($0)
        } finally: {
            continuation.finish()
        }
        return stream
    }
}

/// One descriptor and the thread that waits for it.
private final class Wait: Sendable {
    private let descriptor: FileDescriptor
    /// Rings when the thread is to end.
    private let bell: Bell
    private let size: Int

    init(_ descriptor: consuming FileDescriptor, size: Int) throws(SystemError) {
        self.descriptor = descriptor
        self.size = size
        bell = try Bell()
    }

    func stop() { bell.ring() }

    func begin(
        _ yield: @escaping @Sendable (Arrival) -> Void, finally: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        try Thread.start { [self] in
            while let arrival = next() {
                yield(arrival)
                if case .end = arrival { break }
            }
            finally()
        }
    }

    /// Waits; nil when nobody listens any more.
    private func next() -> Arrival? {
        var polled = [
            pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell.raw, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&polled, 2, -1) < 0 {
            guard errno == EINTR else { return .end(SystemError("poll")) }
        }
        if polled[1].revents != 0 { return nil }
        var bytes = [UInt8](repeating: 0, count: size)
        let count = read(descriptor.raw, &bytes, size)
        switch (count, errno) {
        case (1..., _): return .bytes(Array(bytes[..<count]))
        case (0, _): return .end(nil)
        case (_, ENOBUFS): return .overrun
        case (_, EINTR), (_, EAGAIN): return .bytes([])
        default: return .end(SystemError("read"))
        }
    }
}
