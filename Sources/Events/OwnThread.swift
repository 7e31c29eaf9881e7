import Glibc
import Synchronization
import System

/// A thread that runs an actor's work, one thing after the other: calls that wait for a disk or a lock then hold up
/// nobody else's tasks. Between two it waits, and listens for what is done to a folder if that is wished.
package final class OwnThread: SerialExecutor {
    fileprivate struct State: ~Copyable {
        var jobs: [UnownedJob] = []
        var isEnded = false
        var watch: FolderWatch?
        /// For how long what happens is gathered, in milliseconds.
        var rest = 0...0
        /// When to take what has happened; nil: nothing has.
        var restEnd: ContinuousClock.Instant?
        var hear: (@Sendable (FolderWatch.News) -> Void)?
    }

    private let state = Mutex(State())
    /// Rings when there is something to do.
    private let bell: Bell

    /// Starts the thread; it lives until `end`.
    package init() throws(SystemError) {
        bell = try Bell()
        try Thread.start { [self] in run() }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        bell.ring()
    }

    /// Lets the thread go once it has done what it was given.
    package func end() {
        state.withLock { $0.isEnded = true }
        bell.ring()
    }

    /// Listens for what is done to the files of a folder, in the place of any other.
    ///
    /// - Parameters:
    ///   - rest: from the first of what happens until it is told, in milliseconds, as chance has it. What else happens
    ///     meanwhile is told with it and does not even wake the thread.
    ///   - hear: called on this thread; it must be quick.
    package func watch(
        _ folder: String, gathering rest: ClosedRange<Int>, _ hear: @escaping @Sendable (FolderWatch.News) -> Void
    ) throws(SystemError) {
        var watch: FolderWatch? = try FolderWatch(folder)
        state.withLock { state in
            state.watch = watch.take()
            state.rest = rest
            state.restEnd = nil
            state.hear = hear
        }
        bell.ring()
    }

    /// Listens no more.
    package func unwatch() {
        state.withLock { state in
            state.watch = nil
            state.restEnd = nil
            state.hear = nil
        }
    }

    private func run() {
        while true {
            let (jobs, isEnded) = state.withLock { state in
                defer { state.jobs = [] }
                return (state.jobs, state.isEnded)
            }
            for job in jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
            if jobs.isEmpty {
                if isEnded { return }
                wait()
            }
        }
    }

    /// Waits for the bell, for news, or for the end of the time in which news is gathered.
    private func wait() {
        let (watched, restEnd) = state.withLock { ($0.watched, $0.restEnd) }
        // poll(2) passes over a number below zero.
        var polled = [
            pollfd(fd: bell.raw, events: Int16(POLLIN), revents: 0),
            pollfd(fd: restEnd == nil ? watched : -1, events: Int16(POLLIN), revents: 0),
        ]
        let patience = restEnd.map { ($0 - ContinuousClock.now).milliseconds } ?? -1
        guard poll(&polled, nfds_t(polled.count), patience) >= 0 else { return }
        if polled[0].revents != 0 { bell.hear() }
        if polled[1].revents != 0 { gather() }
        if let restEnd, restEnd <= ContinuousClock.now { listen() }
    }

    private func gather() {
        state.withLock { state in state.restEnd = ContinuousClock.now + .milliseconds(Int.random(in: state.rest)) }
    }

    private func listen() {
        let (news, hear) = state.withLock { state in
            state.restEnd = nil
            return (state.news(), state.hear)
        }
        if let news { hear?(news) }
    }
}

extension OwnThread.State {
    /// The number to poll for; below zero when nothing is watched.
    fileprivate var watched: Int32 {
        switch watch {
        case .some(let watch): watch.raw
        case .none: -1
        }
    }

    fileprivate mutating func news() -> FolderWatch.News? {
        guard let listening = watch.take() else { return nil }
        do throws(SystemError) {
            let news = try listening.news()
            watch = consume listening
            return news
        } catch {
            // It will tell nothing more: whoever listens has to look for himself.
            return .anything
        }
    }
}
