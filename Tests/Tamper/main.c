// Runs a program, counts the system calls of each of its processes by name, and spoils at most one of them.
//
//   tamper LOG -- PROGRAM [ARGUMENT…]
//   tamper LOG PROCESS CALL K FAULT -- PROGRAM [ARGUMENT…]
//
// PROCESS is 0 for the program itself, then 1, 2… in the order of birth; CALL is a name out of calls.h. FAULT is
// `kill`: SIGKILL at the entry of the K-th such call, so that it is not made; `hold`: the process stays there, with all
// that it holds, until somebody kills it; or an errno: the call is not made and fails with it.
//
// LOG gets a line `PROCESS CALL` for each call, and `fired PID` where the fault was. This program ends as the program
// does. It does so at once when that is gone and the fault has struck: children that are left go on without it.
//
// strace(1) can inject faults, too, but counts in all processes at the same time: the second call of a child could
// never be reached if the second such call of its parent comes first and is hit first.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"

enum { MOST_PROCESSES = 64, MOST_CALLS = 512 };

struct process {
    pid_t pid;
    int alive;
    int inside; // between entry and exit of a call
    int spoilt; // the call inside fails with `error`
    unsigned counts[MOST_CALLS + 1];
};

static struct {
    int wanted;
    long process;
    const char *call;
    unsigned long k;
    enum { KILL, HOLD, FAIL } kind;
    long error;
    int fired;
} fault;

static struct process processes[MOST_PROCESSES];
static int born;
static int alive;
static int unseen; // children that were announced and have not stopped yet
static FILE *log_file;

static void die(const char *what) {
    fprintf(stderr, "tamper: %s: %s\n", what, strerror(errno));
    exit(125);
}

static struct process *find(pid_t pid) {
    for (int i = 0; i < born; i++)
        if (processes[i].pid == pid && processes[i].alive) return &processes[i];
    return NULL;
}

static struct process *add(pid_t pid) {
    if (born == MOST_PROCESSES) {
        errno = E2BIG;
        die("too many processes");
    }
    struct process *new = &processes[born++];
    new->pid = pid;
    new->alive = 1;
    alive++;
    return new;
}

static void go_on(pid_t pid, int signal) {
    // ESRCH: it was killed meanwhile, and waitpid will say so.
    if (ptrace(PTRACE_SYSCALL, pid, 0, (long)signal) != 0 && errno != ESRCH) die("PTRACE_SYSCALL");
}

#if defined(__x86_64__)
#include <stddef.h>
#include <sys/user.h>

static void replace_call(pid_t pid) {
    if (ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), -1L) != 0) die("PTRACE_POKEUSER");
}

static void replace_result(pid_t pid, long result) {
    if (ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), result) != 0) die("PTRACE_POKEUSER");
}
#else
static void replace_call(pid_t pid) {
    (void)pid;
    errno = ENOSYS;
    die("errors can be put in place of calls on x86-64 only");
}

static void replace_result(pid_t pid, long result) {
    (void)result;
    replace_call(pid);
}
#endif

// The fault's turn has come, at this call of this process. Returns whether the process may go on.
static int strike(struct process *process, unsigned long number) {
    fault.fired = 1;
    fprintf(log_file, "fired %d\n", process->pid);
    fflush(log_file);
    switch (fault.kind) {
    case KILL:
        kill(process->pid, SIGKILL);
        return 0;
    case HOLD:
        return 0;
    case FAIL:
        if (number != SYS_close) replace_call(process->pid);
        process->spoilt = 1;
        return 1;
    }
    return 1;
}

static int enter(struct process *process, const struct __ptrace_syscall_info *info) {
    unsigned long number = info->entry.nr;
    int is_anonymous = number == SYS_mmap && info->entry.args[3] & MAP_ANONYMOUS;
    unsigned slot = is_anonymous || number >= MOST_CALLS ? MOST_CALLS : (unsigned)number;
    const char *name = is_anonymous ? "mmap-anonymous" : call_name(number);
    process->inside = 1;
    process->counts[slot]++;
    long index = process - processes;
    fprintf(log_file, "%ld %s\n", index, name);
    int is_it = fault.wanted && !fault.fired && index == fault.process && process->counts[slot] == fault.k &&
                strcmp(name, fault.call) == 0;
    return is_it ? strike(process, number) : 1;
}

static void leave(struct process *process) {
    process->inside = 0;
    if (process->spoilt) replace_result(process->pid, -fault.error);
    process->spoilt = 0;
}

// A stop at the entry or the exit of a call.
static void at_call(struct process *process) {
    struct __ptrace_syscall_info info;
    memset(&info, 0, sizeof info);
    int may_go_on = 1;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, process->pid, sizeof info, &info) < 0) {
        if (errno != ESRCH) die("PTRACE_GET_SYSCALL_INFO");
        return;
    }
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) may_go_on = enter(process, &info);
    if (info.op == PTRACE_SYSCALL_INFO_EXIT) leave(process);
    if (may_go_on) go_on(process->pid, 0);
}

static void at_stop(pid_t pid, int status) {
    struct process *process = find(pid);
    int signal = WSTOPSIG(status);
    if (process == NULL) {
        // A child begins with a SIGSTOP that nobody sent.
        add(pid);
        unseen--;
        go_on(pid, 0);
    } else if (signal == (SIGTRAP | 0x80)) {
        at_call(process);
    } else if (status >> 16 != 0) {
        if (status >> 16 != PTRACE_EVENT_EXEC) unseen++; // fork and its like
        go_on(pid, 0);
    } else {
        go_on(pid, signal);
    }
}

// Starts the program, stopped at its first instruction, with its calls not yet counted.
static void start(char **arguments) {
    pid_t tracer = getpid();
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != tracer || ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) _exit(125);
        raise(SIGSTOP);
        execv(arguments[0], arguments);
        _exit(127);
    }
    int status;
    if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) die("the child did not stop");
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                   PTRACE_O_TRACEEXEC;
    if (ptrace(PTRACE_SETOPTIONS, pid, 0, options) != 0) die("PTRACE_SETOPTIONS");
    add(pid);
    if (ptrace(PTRACE_CONT, pid, 0, 0) != 0) die("PTRACE_CONT");
    if (waitpid(pid, &status, 0) != pid || status >> 8 != (SIGTRAP | PTRACE_EVENT_EXEC << 8)) die(arguments[0]);
    go_on(pid, 0);
}

// Follows all processes; answers the status that the program ended with.
//
// A child that has not stopped yet is waited for: left now, it would stop by its SIGSTOP with nobody to let it go on.
static int follow(void) {
    int ending = 0;
    while (alive + unseen > 0 && !(fault.fired && !processes[0].alive && unseen == 0)) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0) die("waitpid");
        if (WIFSTOPPED(status)) {
            at_stop(pid, status);
            continue;
        }
        struct process *process = find(pid);
        if (process == NULL) {
            unseen--; // it was killed before its first stop
            continue;
        }
        process->alive = 0;
        alive--;
        if (process == &processes[0]) ending = status;
    }
    return ending;
}

static void read_fault(char **words) {
    fault.wanted = 1;
    fault.process = atol(words[0]);
    fault.call = words[1];
    fault.k = strtoul(words[2], NULL, 10);
    fault.kind = strcmp(words[3], "kill") == 0 ? KILL : strcmp(words[3], "hold") == 0 ? HOLD : FAIL;
    fault.error = atol(words[3]);
}

int main(int count, char **words) {
    int dashes = count > 6 && strcmp(words[2], "--") != 0 ? 6 : 2;
    if (count <= dashes + 1 || strcmp(words[dashes], "--") != 0) {
        fprintf(stderr, "usage: tamper LOG [PROCESS CALL K kill|hold|ERRNO] -- PROGRAM [ARGUMENT...]\n");
        return 125;
    }
    log_file = fopen(words[1], "we");
    if (log_file == NULL) die(words[1]);
    if (dashes == 6) read_fault(words + 2);
    start(words + dashes + 1);
    int ending = follow();
    fclose(log_file);
    if (WIFSIGNALED(ending)) {
        signal(WTERMSIG(ending), SIG_DFL);
        raise(WTERMSIG(ending));
    }
    return WEXITSTATUS(ending);
}
