internal import CLinux
import Glibc
import Synchronization

/// A thread that runs an actor's work, one thing after the other: calls that wait for a disk or a lock then hold up
/// nobody else's tasks. Between two it waits, and listens for what is done to a folder if that is wished.
package final class OwnThread: SerialExecutor {
    fileprivate struct State: ~Copyable {
        var jobs: [UnownedJob] = []
        var isEnded = false
        var watch: FolderWatch?
        var hear: (@Sendable (FolderWatch.News) -> Void)?
    }

    private let state = Mutex(State())
    /// An eventfd(2): readable when there is something to do.
    private let bell: FileDescriptor

    /// Starts the thread; it lives until `end`.
    package init() throws(SystemError) {
        bell = FileDescriptor(owning: try retrying("eventfd") { eventfd(0, Int32(EFD_CLOEXEC)) })
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 1 << 20)
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let own = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, &attributes,
            { pointer in
                if let pointer { Unmanaged<OwnThread>.fromOpaque(pointer).takeRetainedValue().run() }
                return nil
            }, own.toOpaque())
        if code != 0 {
            own.release()
            throw SystemError("pthread_create", number: code)
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        ring()
    }

    /// Lets the thread go once it has done what it was given.
    package func end() {
        state.withLock { $0.isEnded = true }
        ring()
    }

    /// Listens for what is done to the files of a folder, in the place of any other.
    ///
    /// - Parameter hear: called on this thread; it must be quick.
    package func watch(_ folder: String, _ hear: @escaping @Sendable (FolderWatch.News) -> Void) throws(SystemError) {
        var watch: FolderWatch? = try FolderWatch(folder)
        state.withLock { state in
            state.watch = watch.take()
            state.hear = hear
        }
        ring()
    }

    /// Listens no more.
    package func unwatch() {
        state.withLock { state in
            state.watch = nil
            state.hear = nil
        }
    }

    private func ring() {
        // The count of an eventfd cannot run over by single rings; nothing else can go wrong.
        var one: UInt64 = 1
        _ = Glibc.write(bell.raw, &one, 8)
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

    /// Waits for the bell or for news.
    private func wait() {
        let watched = state.withLock { $0.watched }
        // poll(2) passes over a number below zero.
        var polled = [
            pollfd(fd: bell.raw, events: Int16(POLLIN), revents: 0),
            pollfd(fd: watched, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&polled, nfds_t(polled.count), -1) > 0 else { return }
        if polled[0].revents != 0 {
            var count: UInt64 = 0
            _ = Glibc.read(bell.raw, &count, 8)
        }
        if polled[1].revents != 0 { listen() }
    }

    private func listen() {
        let (news, hear) = state.withLock { state in (state.news(), state.hear) }
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
