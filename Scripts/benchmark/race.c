// race: starts CNI plugins against one another and writes down what each process cost.
//
//     race [--rounds N] [--warmup N] [--at-once N] [--pods N] [--seed N] -- NAME CONFIG [VARIABLE=VALUE]... COMMAND
//          [-- NAME CONFIG [VARIABLE=VALUE]... COMMAND]...
//
// Every contestant has a node of its own, a network namespace, with as many pods as --pods says once a wave of ADDs is
// done; those that are not part of the wave are added by the contestant itself before anything is timed. In each round,
// in a fresh random order, each contestant gets a wave of --at-once ADDs, then their DELs. CONFIG is the file given on
// stdin. Time runs from before the fork to after the exit.
//
// Of the first contestant no operation may fail, of the others one in a thousand.
//
// CSV on stdout: a row per process, a "batch" row per wave (first start to last exit) and a "detached" row per process
// that a plugin left behind. The next wave waits for those, so nobody pays for another's leftovers.
#define _GNU_SOURCE
#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most_contestants = 16, most_at_once = 256, most_variables = 8, most_input = 16384, most_output = 4096 };

struct contestant {
    const char *name;
    char *command;
    char *variables[most_variables];
    int variable_count;
    char input[most_input];
    size_t input_length;
    int node;  // index of the node's namespace; its pods' namespaces follow
    int failures;
};

struct process {
    pid_t id;
    int input;   // what the plugin reads
    int output;  // what the plugin writes
    int answer;  // where that can be read
    double start;
};

static struct contestant contestants[most_contestants];
static int contestant_count;
static int rounds = 200, warmup = 10, at_once = 1, pods = 1;
static unsigned seed = 1;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static long microseconds(struct timeval time) { return time.tv_sec * 1000000L + time.tv_usec; }

static int standing_pods(void) { return pods > at_once ? pods - at_once : 0; }

static void open_pipes(const struct contestant *contestant, struct process *process) {
    int input[2], output[2];
    if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC)) give_up("pipe2");
    if (write(input[1], contestant->input, contestant->input_length) < 0) give_up("write");
    close(input[1]);
    *process = (struct process){.input = input[0], .output = output[1], .answer = output[0]};
}

static void start(struct contestant *contestant, const char *operation, int round, int pod, struct process *process) {
    char command[32], container[96], sandbox[16 + namespace_path_size], arguments[256];
    snprintf(command, sizeof command, "CNI_COMMAND=%s", operation);
    snprintf(container, sizeof container, "CNI_CONTAINERID=%s-%d-%d", contestant->name, round + warmup + 1, pod);
    namespace_path(contestant->node + 1 + pod, stpcpy(sandbox, "CNI_NETNS="));
    snprintf(
        arguments, sizeof arguments,
        "CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=pod-%d;K8S_POD_INFRA_CONTAINER_ID=%s", pod,
        container + strlen("CNI_CONTAINERID="));
    char *environment[8 + most_variables] = {
        command, container, sandbox, arguments, "CNI_IFNAME=eth0", "CNI_PATH=/usr/lib/cni", "PATH=/usr/sbin:/usr/bin"};
    memcpy(environment + 7, contestant->variables, sizeof *environment * (size_t)contestant->variable_count);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, process->input, 0);
    posix_spawn_file_actions_adddup2(&actions, process->output, 1);
    char *argv[] = {contestant->command, NULL};
    process->start = now();
    int error = posix_spawn(&process->id, contestant->command, &actions, NULL, argv, environment);
    if (error) {
        errno = error;
        give_up(contestant->command);
    }
    posix_spawn_file_actions_destroy(&actions);
}

static void report(
    const struct contestant *contestant, const char *operation, int round, const char *unit, double wall,
    const struct rusage *usage) {
    if (round < 0) return;
    printf(
        "%s,%s,%d,%s,%.1f,%ld,%ld,%ld,%ld,%ld\n", contestant->name, operation, round, unit, wall,
        microseconds(usage->ru_utime), microseconds(usage->ru_stime), usage->ru_minflt, usage->ru_maxrss,
        usage->ru_nvcsw);
}

static void finish(struct contestant *contestant, const char *operation, struct process *process, int status) {
    char answer[most_output];
    // The other end in this process goes first, or an empty pipe would never end.
    close(process->input);
    close(process->output);
    ssize_t length = read(process->answer, answer, sizeof answer - 1);
    close(process->answer);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    answer[length > 0 ? length : 0] = '\0';
    if (contestant->failures++ < 3)
        fprintf(stderr, "race: %s %s failed (wait status %#x): %s\n", contestant->name, operation, status, answer);
}

// Starts one operation for pods first ..< first + count and waits for them and for whatever they left behind.
static void wave(struct contestant *contestant, const char *operation, int round, int first, int count) {
    struct process processes[most_at_once];
    for (int i = 0; i < count; i++) open_pipes(contestant, &processes[i]);
    double begin = now(), end = begin;
    for (int i = 0; i < count; i++) start(contestant, operation, round, first + i, &processes[i]);

    for (int running = count;;) {
        int status;
        struct rusage usage;
        pid_t id = wait4(-1, &status, 0, &usage);
        double time = now();
        if (id < 0 && errno == ECHILD) break;
        if (id < 0) give_up("wait4");
        int i = 0;
        while (i < count && processes[i].id != id) i++;
        if (i == count) {
            report(contestant, operation, round, "detached", 0, &usage);
            continue;
        }
        report(contestant, operation, round, "process", time - processes[i].start, &usage);
        finish(contestant, operation, &processes[i], status);
        if (--running == 0) end = time;
    }
    report(contestant, operation, round, "batch", end - begin, &(struct rusage){0});
}

static void add_standing_pods(struct contestant *contestant) {
    enter_namespace(contestant->node);
    for (int pod = 0; pod < standing_pods(); pod++) wave(contestant, "ADD", -warmup - 1, pod, 1);
}

static void shuffle(int order[], int count) {
    for (int i = count - 1; i > 0; i--) {
        int j = (int)((unsigned)rand_r(&seed) % (unsigned)(i + 1));
        int held = order[i];
        order[i] = order[j];
        order[j] = held;
    }
}

static void race(void) {
    int order[most_contestants];
    for (int i = 0; i < contestant_count; i++) order[i] = i;
    for (int round = -warmup; round < rounds; round++) {
        shuffle(order, contestant_count);
        for (int i = 0; i < contestant_count; i++) {
            struct contestant *contestant = &contestants[order[i]];
            enter_namespace(contestant->node);
            wave(contestant, "ADD", round, standing_pods(), at_once);
            wave(contestant, "DEL", round, standing_pods(), at_once);
        }
    }
}

static int number(const char *text, int least, int most) {
    char *end;
    long value = strtol(text, &end, 10);
    if (*text && !*end && value >= least && value <= most) return (int)value;
    fprintf(stderr, "race: \"%s\" is no whole number from %d to %d\n", text, least, most);
    exit(2);
}

static char **read_options(int argc, char **argv) {
    static const struct option options[] = {
        {"rounds", required_argument, NULL, 'r'}, {"warmup", required_argument, NULL, 'w'},
        {"at-once", required_argument, NULL, 'a'}, {"pods", required_argument, NULL, 'p'},
        {"seed", required_argument, NULL, 's'}, {0}};
    for (int option; (option = getopt_long(argc, argv, "+", options, NULL)) != -1;) {
        switch (option) {
        case 'r': rounds = number(optarg, 1, 1000000); break;
        case 'w': warmup = number(optarg, 0, 1000000); break;
        case 'a': at_once = number(optarg, 1, most_at_once); break;
        case 'p': pods = number(optarg, 1, 100000); break;
        case 's': seed = (unsigned)number(optarg, 0, 1 << 30); break;
        default: exit(2);
        }
    }
    return argv + optind;
}

static void read_input(struct contestant *contestant, const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, contestant->input, most_input);
    if (length < 0) give_up(path);
    contestant->input_length = (size_t)length;
    close(file);
}

static void bad_contestant(void) {
    fprintf(stderr, "race: a contestant is NAME CONFIG [VARIABLE=VALUE]... COMMAND, at most %d of them\n",
            most_contestants);
    exit(2);
}

// `words` is NULL-terminated; contestants are separated by "--".
static void read_contestants(char **words) {
    while (*words) {
        if (contestant_count == most_contestants || !words[1] || !words[2]) bad_contestant();
        struct contestant *contestant = &contestants[contestant_count++];
        contestant->name = *words++;
        read_input(contestant, *words++);
        while (*words && **words != '/' && strchr(*words, '=') && contestant->variable_count < most_variables)
            contestant->variables[contestant->variable_count++] = *words++;
        if (!*words || **words != '/') bad_contestant();
        contestant->command = *words++;
        if (*words && strcmp(*words++, "--") != 0) bad_contestant();
    }
    if (!contestant_count) bad_contestant();
}

int main(int argc, char **argv) {
    read_contestants(read_options(argc, argv));
    int namespaces_per_node = 1 + standing_pods() + at_once;
    keep_namespaces(contestant_count * namespaces_per_node);

    // What a plugin leaves behind becomes this process's child.
    if (prctl(PR_SET_CHILD_SUBREAPER, 1)) give_up("prctl");
    puts("contestant,operation,round,unit,wall_us,user_us,system_us,minor_faults,peak_rss_kib,voluntary_switches");
    for (int i = 0; i < contestant_count; i++) {
        contestants[i].node = i * namespaces_per_node;
        make_node(contestants[i].node);
        add_standing_pods(&contestants[i]);
    }
    race();
    if (fflush(stdout)) give_up("stdout");
    // The first contestant is the one that is measured and fails not once; others have races of their own.
    int operations = 2 * rounds * at_once, is_fair = contestants[0].failures == 0;
    for (int i = 1; i < contestant_count; i++) is_fair = is_fair && contestants[i].failures * 1000 <= operations;
    return !is_fair;
}
