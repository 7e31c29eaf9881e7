import Glibc

/// What is done to one system call.
enum Fault: String, CaseIterable, Sendable {
    /// The process is killed before the call is made.
    case kill = "SIGKILL"
    /// The call is not made and fails.
    case memory = "ENOMEM"
    case space = "ENOSPC"
    case inputOutput = "EIO"
    case interrupted = "EINTR"
    case busy = "EBUSY"

    /// What `tamper` calls it.
    var word: String {
        switch self {
        case .kill: "kill"
        case .memory: String(ENOMEM)
        case .space: String(ENOSPC)
        case .inputOutput: String(EIO)
        case .interrupted: String(EINTR)
        case .busy: String(EBUSY)
        }
    }

    /// What can be done to a call of that name: killed at it a process can always be.
    ///
    /// - Parameter isLoading: whether the dynamic loader makes it, which gives up at any error.
    static func faults(of call: String, isLoading: Bool) -> [Fault] {
        isLoading || neverFail.contains(call) ? [.kill] : allCases
    }

    /// Calls that are left out of the errors: what remains is every call on files, sockets, namespaces and processes.
    private static let neverFail: Set<String> = [
        // Memory exhaustion is the one thing that a Swift program does not survive.
        "brk", "mmap-anonymous", "mremap", "madvise",
        // The C library's own start, before main: there is nobody yet who could write an error object. glibc gives up
        // when it cannot protect its relocations.
        "mprotect", "arch_prctl", "prctl", "set_tid_address", "set_robust_list", "rseq", "prlimit64",
        "sched_getaffinity",
        // Only the C library and Swift's runtime read a link, /proc/self/exe, before main; the runtime gives up then.
        "readlink",
        // Cannot fail with a valid signal number and buffer.
        "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "setitimer",
        // Have no error.
        "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getpgrp", "umask", "sched_yield",
        // Has none for 256 bytes and less once the kernel has booted; Swift's random numbers trap on it.
        "getrandom",
        // Time and waiting for it, neither file nor netlink. A nap that ends early is no error to notice.
        "clock_gettime", "clock_nanosleep", "nanosleep", "futex",
        // They do not return: an error in their place is no state that a kernel could bring about.
        "exit", "exit_group",
    ]
}
