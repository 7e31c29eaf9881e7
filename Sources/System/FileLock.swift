internal import CLinux
import Glibc

/// Locks that the kernel gives back when their holder ends, however it ends.
///
/// Both kinds live on one side file. The whole-file flock(2) orders those who write the ledger, first come first
/// served; a byte locked by its open file description (`F_OFD_SETLKW`, fcntl(2)) says that an operation on one
/// attachment is under way. The two kinds do not see each other.
extension FileDescriptor {
    /// Waits for the whole file.
    ///
    /// - Parameter patience: seconds to wait at most.
    /// - Throws: `SystemError` with ETIMEDOUT when somebody held it for longer than that.
    package borrowing func lockWhole(patience: Int) throws(SystemError) {
        let raw = raw
        if martlet_flock(raw, LOCK_EX | LOCK_NB) == 0 { return }
        guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemError("flock") }
        try waiting(patience, "flock") { martlet_flock(raw, LOCK_EX) }
    }

    /// Lets the next one have the whole file.
    package borrowing func unlockWhole() throws(SystemError) {
        let raw = raw
        try retrying("flock") { martlet_flock(raw, LOCK_UN) }
    }

    /// Lets the next one have a byte.
    package borrowing func unlockByte(_ offset: Int) throws(SystemError) {
        let raw = raw
        var lock = byteLock(offset, Int16(F_UNLCK))
        try retrying("fcntl") { martlet_fcntl_lock(raw, MARTLET_F_OFD_SETLK, &lock) }
    }

    /// Whether another open file description holds a byte (`F_OFD_GETLK`).
    package borrowing func isByteLocked(_ offset: Int) throws(SystemError) -> Bool {
        let raw = raw
        var lock = byteLock(offset, Int16(F_WRLCK))
        try retrying("fcntl") { martlet_fcntl_lock(raw, MARTLET_F_OFD_GETLK, &lock) }
        return lock.l_type != Int16(F_UNLCK)
    }

    /// Waits for one byte of the file, which need not exist.
    ///
    /// - Parameters:
    ///   - offset: which byte, 0 or more.
    ///   - patience: seconds to wait at most; 0 only tries.
    /// - Throws: `SystemError` with ETIMEDOUT when somebody held it for longer than that.
    package borrowing func lockByte(_ offset: Int, patience: Int) throws(SystemError) {
        let raw = raw
        var lock = byteLock(offset, Int16(F_WRLCK))
        if martlet_fcntl_lock(raw, MARTLET_F_OFD_SETLK, &lock) == 0 { return }
        guard errno == EAGAIN || errno == EACCES || errno == EINTR else { throw SystemError("fcntl") }
        if patience == 0 { throw SystemError("fcntl", number: ETIMEDOUT) }
        try waiting(patience, "fcntl") { martlet_fcntl_lock(raw, MARTLET_F_OFD_SETLKW, &lock) }
    }
}

private func byteLock(_ offset: Int, _ type: Int16) -> flock {
    var lock = flock()
    lock.l_type = type
    lock.l_whence = Int16(SEEK_SET)
    lock.l_start = off_t(offset)
    lock.l_len = 1
    return lock
}

/// Makes a blocking call under an interval timer whose signal interrupts it.
private func waiting(_ seconds: Int, _ call: String, _ body: () -> Int32) throws(SystemError) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    sigaction(SIGALRM, &action, nil)
    // The interval repeats the signal, so that one that arrives just before the call blocks is not the last.
    var timer = itimerval(
        it_interval: timeval(tv_sec: 0, tv_usec: 100_000), it_value: timeval(tv_sec: seconds, tv_usec: 0))
    setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    defer {
        timer = itimerval()
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }
    var start = timespec()
    clock_gettime(CLOCK_MONOTONIC, &start)
    while body() != 0 {
        guard errno == EINTR else { throw SystemError(call) }
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        if now.tv_sec - start.tv_sec >= seconds { throw SystemError(call, number: ETIMEDOUT) }
    }
}
