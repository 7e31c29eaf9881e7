#define _GNU_SOURCE
#include "detached.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct send {
    _Alignas(16) char stack[2048];  // a few system calls need no more
    int socket, last_kept;
    size_t length;
    char message[];
};

// A system call that leaves errno alone: the sending process would write to this one's.
static long call(long number, long first, long second, long third, long fourth) {
#if defined(__x86_64__)
    long result = number;
    register long r10 __asm__("r10") = fourth;
    register long r8 __asm__("r8") = 0;
    register long r9 __asm__("r9") = 0;
    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"(first), "S"(second), "d"(third), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#else
    long result = syscall(number, first, second, third, fourth, 0L, 0L);
    return result < 0 ? -errno : result;
#endif
}

// All that the process does. It calls nothing of libc, whose variables are those of the process that started it.
static void run(struct send *send) {
    if (send->socket > 0) call(SYS_close_range, 0, send->socket - 1, 0, 0);
    call(SYS_close_range, send->last_kept + 1, UINT32_MAX, 0, 0);
    long sent;
    do sent = call(SYS_sendto, send->socket, (long)send->message, (long)send->length, 0);
    while (sent == -EINTR);
}

// clone3(2) has no wrapper in glibc: the new process comes back from the system call on an empty stack.
static long clone_sharing_memory(struct send *send, int *end) {
#if defined(__x86_64__)
    struct clone_args arguments = {
        .flags = CLONE_VM | CLONE_PIDFD,
        .pidfd = (uintptr_t)end,
        .exit_signal = SIGCHLD,
        .stack = (uintptr_t)send->stack,
        .stack_size = sizeof send->stack,
    };
    long result = SYS_clone3;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %[send], %%rdi\n\t"
                     "call *%[run]\n\t"
                     "xor %%edi, %%edi\n\t"
                     "mov %[exit], %%eax\n\t"
                     "syscall\n"
                     "1:"
                     : "+a"(result)
                     : "D"(&arguments), "S"(sizeof arguments), [send] "r"(send), [run] "r"(run), [exit] "i"(SYS_exit)
                     : "rcx", "r11", "memory");
    return result;
#else
    (void)send, (void)end;
    return -ENOSYS;
#endif
}

// The end of a pipe tells the end of the process, whose other end it holds.
static long fork_instead(struct send *send, int *end) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
    pid_t process = fork();
    int error = errno;
    if (process == 0) {
        send->last_kept = dup2(ends[1], send->socket + 1);
        run(send);
        _exit(0);
    }
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
        return -error;
    }
    *end = ends[0];
    return process;
}

pid_t martlet_detached_send(int socket, const void *message, size_t length, int *end) {
    struct send *send = aligned_alloc(16, (sizeof *send + length + 15) / 16 * 16);
    if (!send) return -ENOMEM;
    send->socket = send->last_kept = socket;
    send->length = length;
    memcpy(send->message, message, length);
    long process = clone_sharing_memory(send, end);
    if (process == -ENOSYS) process = fork_instead(send, end);
    if (process < 0) free(send);
    return (pid_t)process;
}
