// What Swift's runtime does before main, done without or left out: half of what an empty static program takes.
//
// The linker takes a member of Swift's archives only for a symbol that nothing before it defines. These definitions
// come first, so three members stay out, with their constructors and what those pull in. Were a later toolchain to
// need more of one of them, the link would fail with an undefined or a duplicate symbol; Scripts/build looks for the
// rest.
#include <stdbool.h>
#include <stdlib.h>

// The program's arguments. The runtime finds them by reading /proc/self/maps; glibc hands them to every constructor.

static char **arguments;
static int argument_count;

__attribute__((constructor)) static void keep_arguments(int count, char **values) {
    arguments = values;
    argument_count = count;
}

char **_swift_stdlib_getUnsafeArgvArgc(int *count) {
    *count = argument_count;
    return arguments;
}

void _swift_stdlib_overrideUnsafeArgvArgc(char **values, int count) {
    arguments = values;
    argument_count = count;
}

// The crash reporter, which looks in eight places for a program that no node has. All settings zero: switched off.

char _swift_backtraceSettings[256];

bool _swift_backtrace_isThunkFunction(const char *name) {
    (void)name;
    return false;
}

// The executor of tasks, and with it libdispatch. swift-log links both and starts no task; neither does the plugin.

char _dispatch_main_q[256];

void swift_dispatchEnqueueGlobal(void) { abort(); }
void swift_dispatchEnqueueMain(void) { abort(); }
void swift_dispatchEnqueueWithDeadline(void) { abort(); }
void swift_task_enqueueOnDispatchQueue(void) { abort(); }
void dispatch_assert_queue(void) { abort(); }
void dispatch_main(void) { abort(); }
