import Glibc
import Synchronization

/// Held while a pipe is made and while a child is started, so that no child ever sees a pipe that is not yet marked
/// close-on-exec: it would keep the pipe open, and a namespace alive, as long as it lives. (Glibc hides pipe2(2).)
private let descriptors = Mutex(())

/// A child process by posix_spawn(3), whose descriptors are exactly the three given.
struct Spawned {
    let pid: pid_t

    /// Starts `arguments[0]`, a full path, with exactly this environment.
    ///
    /// Signals are reset in the child: the test runner ignores SIGPIPE and a program under test must not inherit that.
    init(_ arguments: [String], environment: [String], stdin: Int32, stdout: Int32, stderr: Int32) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, stdin, 0)
        posix_spawn_file_actions_adddup2(&actions, stdout, 1)
        posix_spawn_file_actions_adddup2(&actions, stderr, 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        var child: pid_t = 0
        let code = withStrings(arguments) { argv in
            withStrings(environment) { envp in
                descriptors.withLock { _ in posix_spawn(&child, arguments[0], &actions, &attributes, argv, envp) }
            }
        }
        guard code == 0 else {
            throw Failure("posix_spawn of \(arguments): \(String(cString: strerror(code)))")
        }
        pid = child
    }

    /// Kills the child, if it still lives, and takes its status.
    func end() {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }
}

private func withStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
}

/// Both ends of a pipe that no other child inherits, or -1 once closed.
struct Pipe {
    var reader: Int32
    var writer: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        let made = descriptors.withLock { _ in
            pipe(&ends) == 0 && ends.allSatisfy { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }
        }
        guard made else { throw Failure("pipe: \(String(cString: strerror(errno)))") }
        (reader, writer) = (ends[0], ends[1])
    }

    mutating func closeReader() {
        if reader >= 0 { close(reader) }
        reader = -1
    }

    mutating func closeWriter() {
        if writer >= 0 { close(writer) }
        writer = -1
    }

    mutating func closeBoth() {
        closeReader()
        closeWriter()
    }
}
