// What glibc does before main, but for its questions to the processor.
//
// A static program of glibc asks the processor some seventy times what it is (CPUID), to choose among its versions of
// memcpy and the like. In a virtual machine each question is a trip to the hypervisor, 3.6 µs where this was measured:
// 0.25 ms of an ADD's 2 ms. This function takes the place of glibc's own `__libc_start_main` (csu/libc-start.c), which
// asks while it starts; nothing else does. Without answers glibc takes the versions that every x86-64 processor has,
// which are as good for messages of a few hundred bytes. Left out as well are tunables (GLIBC_TUNABLES) and what only
// dlopen and the vDSO need: a dozen system calls that read the clock.
//
// What it calls is glibc's own, hidden from shared libraries but not from a static link. That may change from one
// release of glibc to the next; so this stands for the one it was read and tested with, and elsewhere glibc starts as
// it always does.
#if defined(__x86_64__)

#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if __GLIBC__ == 2 && __GLIBC_MINOR__ == 36

extern char **__environ;
extern void *__libc_stack_end;
extern int __libc_enable_secure;
extern const uint8_t *_dl_random;  // AT_RANDOM: 16 bytes from the kernel
extern void _dl_aux_init(Elf64_auxv_t *vector);
extern void _dl_relocate_static_pie(void);
extern void __libc_setup_tls(void);
extern void __libc_early_init(_Bool initial);
extern void __libc_init_first(int count, char **arguments, char **environment);
extern void __libc_check_standard_fds(void);
extern void __init_misc(int count, char **arguments, char **environment);
extern void _init(void);

typedef void constructor(int count, char **arguments, char **environment);
extern constructor *__init_array_start[], *__init_array_end[];

// From where on memcpy and memset work in other ways, in bytes: glibc's values for a processor that says nothing.
long __x86_data_cache_size = 32 << 10, __x86_data_cache_size_half = 16 << 10;
long __x86_shared_cache_size = 1 << 20, __x86_shared_cache_size_half = 512 << 10;
long __x86_shared_non_temporal_threshold = 768 << 10;
long __x86_rep_movsb_threshold = 2048, __x86_rep_movsb_stop_threshold = 768 << 10;
long __x86_rep_stosb_threshold = 2048;
int __x86_string_control;

// The guards of stack and of saved pointers, where the compiler and setjmp look for them.
static void set_guards(void) {
    uint64_t guards[2];
    memcpy(guards, _dl_random, sizeof guards);
    // A string that runs over ends at the guard's zero byte.
    __asm__ volatile("mov %0, %%fs:0x28" : : "r"(guards[0] & ~(uint64_t)0xFF));
    __asm__ volatile("mov %0, %%fs:0x30" : : "r"(guards[1]));
}

__attribute__((noreturn)) void __libc_start_main(
    int (*main)(int, char **, char **), int count, char **arguments, void (*init)(void), void (*fini)(void),
    void (*loader_fini)(void), void *stack_end) {
    (void)init, (void)fini, (void)loader_fini;
    __environ = arguments + count + 1;
    __libc_stack_end = stack_end;
    char **end = __environ;
    while (*end) end++;
    _dl_aux_init((Elf64_auxv_t *)(end + 1));
    _dl_relocate_static_pie();
    __libc_setup_tls();
    set_guards();
    __libc_early_init(1);
    if (__libc_enable_secure) {
        // A security module gave this program powers that its caller lacks: then the environment is swept, too.
        __libc_init_first(count, arguments, __environ);
        __libc_check_standard_fds();
    } else {
        __init_misc(count, arguments, __environ);
    }
    _init();
    for (constructor **each = __init_array_start; each < __init_array_end; each++) (*each)(count, arguments, __environ);
    exit(main(count, arguments, __environ));
}

#endif
#endif
