import Events
import Glibc
import Synchronization
import System

/// What a part of the agent does on a thread of its own: it waits for the kernel's word and for a time, and may then be
/// made to wait by disks and locks, or visit pods' namespaces.
protocol Watch: SendableMetatype, ~Copyable {
    /// Readable when the kernel has something to say; below 0: it never has.
    var raw: Int32 { get }
    /// When to act, whatever the kernel says; nil: not before somebody says something.
    var due: ContinuousClock.Instant? { get }
    /// Takes what the kernel has to say.
    mutating func hear(_ now: ContinuousClock.Instant)
    /// Takes that the bell has rung.
    mutating func wake(_ now: ContinuousClock.Instant)
    /// Does what is due.
    mutating func act(_ now: ContinuousClock.Instant)
}

extension Watch where Self: ~Copyable {
    mutating func wake(_ now: ContinuousClock.Instant) {}

    /// Waits and acts until the bell rings for the last time.
    fileprivate mutating func run(_ bell: Bell) {
        while !bell.hasEnded {
            let (isSpeaking, hasRung) = wait(bell)
            if hasRung { bell.hear() }
            if bell.hasEnded { return }
            let now = ContinuousClock.now
            if isSpeaking { hear(now) }
            if hasRung { wake(now) }
            if let due, due <= ContinuousClock.now { act(ContinuousClock.now) }
        }
    }

    private func wait(_ bell: Bell) -> (isSpeaking: Bool, hasRung: Bool) {
        var files = (
            pollfd(fd: raw, events: Int16(POLLIN), revents: 0), pollfd(fd: bell.raw, events: Int16(POLLIN), revents: 0)
        )
        let patience = due.map { ($0 - ContinuousClock.now).milliseconds } ?? -1
        let ready = withUnsafeMutablePointer(to: &files) { pair in
            pair.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, patience) }
        }
        // Interrupted: whoever asks, asks again.
        guard ready > 0 else { return (false, false) }
        return (files.0.revents != 0, files.1.revents != 0)
    }
}

/// Runs a watch on a thread of its own until the task is cancelled.
///
/// - Parameters:
///   - bell: ends the watch; others may ring it meanwhile.
///   - make: makes the watch, on that thread.
/// - Throws: what `make` throws: without descriptors or memory the agent ends, and whoever started it starts it again.
func watch<Kept: Watch & ~Copyable>(
    _ bell: Bell, _ make: @escaping @Sendable () throws -> Kept
) async throws {
    try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { (ending: CheckedContinuation<Void, any Error>) in
            do throws(SystemError) {
                try Thread.start {
                    do {
                        var kept = try make()
                        kept.run(bell)
                        ending.resume()
                    } catch { ending.resume(throwing: error) }
                }
            } catch { ending.resume(throwing: error) }
        }
    } onCancel: {
        bell.end()
    }
}

/// How long the calling thread has had a processor (`CLOCK_THREAD_CPUTIME_ID`).
func threadTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
