internal import CLinux
import Glibc
import Synchronization

/// Wakes one thread that waits for descriptors, from any other, eventfd(2).
package final class Bell: Sendable {
    /// The descriptor, for poll(2): readable after a ring.
    package let raw: Int32
    private let isOver = Atomic(false)

    /// A bell that has not rung.
    ///
    /// - Throws: `SystemError` when there are no descriptors left.
    package init() throws(SystemError) {
        raw = try retrying("eventfd") { eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)) }
    }

    deinit { close(raw) }

    /// Rings; any number of rings before somebody hears them are one.
    package func ring() {
        var one: UInt64 = 1
        // Full is as good as rung.
        _ = write(raw, &one, 8)
    }

    /// Rings for the last time.
    package func end() {
        isOver.store(true, ordering: .releasing)
        ring()
    }

    /// Whether it has rung for the last time.
    package var hasEnded: Bool { isOver.load(ordering: .acquiring) }

    /// Makes it silent again.
    package func hear() {
        var count: UInt64 = 0
        _ = read(raw, &count, 8)
    }
}
