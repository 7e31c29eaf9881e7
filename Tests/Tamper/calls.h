// The names of the system calls that the programs under test could make. Others go by their number.
#ifndef TAMPER_CALLS_H
#define TAMPER_CALLS_H

#include <stdio.h>
#include <sys/syscall.h>

#define CALL(name) \
    { SYS_##name, #name }

static const struct {
    long number;
    const char *name;
} call_names[] = {
    // Files.
    CALL(read), CALL(write), CALL(openat), CALL(close), CALL(close_range), CALL(fstat), CALL(newfstatat), CALL(statx),
    CALL(faccessat), CALL(faccessat2), CALL(readlinkat), CALL(mkdirat), CALL(unlinkat), CALL(renameat), CALL(renameat2),
    CALL(linkat), CALL(symlinkat), CALL(truncate), CALL(ftruncate), CALL(fallocate), CALL(lseek), CALL(pread64),
    CALL(pwrite64), CALL(readv), CALL(writev), CALL(fsync), CALL(fdatasync), CALL(sync_file_range), CALL(fcntl),
    CALL(flock), CALL(ioctl), CALL(fchmod), CALL(fchmodat), CALL(fchown), CALL(fchownat), CALL(umask), CALL(getdents64),
    CALL(getcwd), CALL(chdir), CALL(dup), CALL(dup3), CALL(pipe2), CALL(ppoll), CALL(pselect6), CALL(epoll_create1),
    CALL(epoll_ctl), CALL(epoll_pwait), CALL(eventfd2), CALL(statfs), CALL(fstatfs), CALL(fadvise64),
    CALL(memfd_create), CALL(mmap), CALL(munmap), CALL(mremap), CALL(msync), CALL(madvise), CALL(mprotect), CALL(brk),
    // Sockets and namespaces.
    CALL(socket), CALL(socketpair), CALL(bind), CALL(connect), CALL(listen), CALL(accept4), CALL(getsockname),
    CALL(getpeername), CALL(setsockopt), CALL(getsockopt), CALL(sendto), CALL(recvfrom), CALL(sendmsg), CALL(recvmsg),
    CALL(sendmmsg), CALL(recvmmsg), CALL(shutdown), CALL(setns), CALL(unshare),
    // Processes.
    CALL(clone), CALL(clone3), CALL(execve), CALL(execveat), CALL(wait4), CALL(waitid), CALL(exit), CALL(exit_group),
    CALL(kill), CALL(tgkill), CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn), CALL(sigaltstack),
    CALL(setitimer), CALL(nanosleep), CALL(clock_nanosleep), CALL(clock_gettime), CALL(getpid), CALL(gettid),
    CALL(getppid), CALL(getuid), CALL(geteuid), CALL(getgid), CALL(getegid), CALL(getpgid), CALL(setsid),
    CALL(getrandom), CALL(sched_getaffinity), CALL(sched_yield), CALL(prctl), CALL(prlimit64), CALL(set_tid_address),
    CALL(set_robust_list), CALL(rseq), CALL(futex), CALL(membarrier), CALL(sysinfo), CALL(uname), CALL(getrusage),
    CALL(capget),
#ifdef __x86_64__
    // The older ones, which newer architectures have not.
    CALL(open), CALL(stat), CALL(lstat), CALL(access), CALL(readlink), CALL(mkdir), CALL(rmdir), CALL(unlink),
    CALL(rename), CALL(link), CALL(symlink), CALL(chmod), CALL(chown), CALL(dup2), CALL(pipe), CALL(poll), CALL(select),
    CALL(epoll_create), CALL(epoll_wait), CALL(accept), CALL(fork), CALL(vfork), CALL(alarm), CALL(time),
    CALL(getpgrp), CALL(arch_prctl),
#endif
};

static const char *call_name(unsigned long number) {
    static char text[32];
    for (unsigned long i = 0; i < sizeof call_names / sizeof call_names[0]; i++)
        if ((unsigned long)call_names[i].number == number) return call_names[i].name;
    snprintf(text, sizeof text, "call-%lu", number);
    return text;
}

#endif
