#define _GNU_SOURCE
#include "namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { first_descriptor = 100 };

static pid_t keeper;

void give_up(const char *call) {
    perror(call);
    _exit(1);
}

void keep_namespaces(int count) {
    keeper = getpid();
    // Beside the namespaces, three ends of pipes for each process of a wave, 256 at most.
    const rlim_t most = (rlim_t)(first_descriptor + count + 1024);
    const struct rlimit descriptors = {.rlim_cur = most, .rlim_max = most};
    if (setrlimit(RLIMIT_NOFILE, &descriptors)) give_up("setrlimit");
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (home < 0) give_up("/proc/self/ns/net");
    for (int index = 0; index < count; index++) {
        if (unshare(CLONE_NEWNET)) give_up("unshare");
        int made = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
        if (made < 0 || dup3(made, first_descriptor + index, O_CLOEXEC) < 0) give_up("/proc/self/ns/net");
        close(made);
    }
    if (setns(home, CLONE_NEWNET)) give_up("setns");

    pid_t worker = fork();
    if (worker < 0) give_up("fork");
    if (worker > 0) {
        int status;
        if (waitpid(worker, &status, 0) < 0) give_up("waitpid");
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
    if (prctl(PR_SET_PDEATHSIG, SIGKILL)) give_up("prctl");
    // A process with thousands of descriptors starts others slowly.
    if (close_range(first_descriptor, ~0U, 0)) give_up("close_range");
}

void namespace_path(int index, char path[namespace_path_size]) {
    snprintf(path, namespace_path_size, "/proc/%d/fd/%d", (int)keeper, first_descriptor + index);
}

void enter_namespace(int index) {
    char path[namespace_path_size];
    namespace_path(index, path);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || setns(descriptor, CLONE_NEWNET)) give_up(path);
    close(descriptor);
}

void make_node(int index) {
    enter_namespace(index);
    int status = system("set -e\n"
                        "ip link set lo up\n"
                        "ip link add uplink0 type veth peer name uplink1\n"
                        "ip address add 192.0.2.10/24 dev uplink0\n"
                        "ip link set uplink0 up\n"
                        "ip link set uplink1 up\n"
                        "ip route add default via 192.0.2.1\n"
                        "echo 1 > /proc/sys/net/ipv4/ip_forward\n");
    if (status) {
        fputs("a node's namespace could not be set up; is iproute2 installed?\n", stderr);
        _exit(1);
    }
}
