// Where the static plugin starts: brings the pages that will be written into memory at once, then goes to libc.
//
// A position-independent program relocates itself before anything else. That writes to some eighty pages of .data.rel.ro
// and .data, and each would be copied after a page fault of its own; one madvise(2) with MADV_POPULATE_WRITE (Linux
// 5.14) costs half as much. Where it is unknown it fails and changes nothing.

#if defined(__x86_64__)

    .text
    .globl martlet_start
    .type martlet_start, @function
martlet_start:
    lea __init_array_start(%rip), %rdi
    and $-4096, %rdi
    lea data_start(%rip), %rsi
    add $0x17000, %rsi              // .data, as large as it is today; what follows it is not written to
    sub %rdi, %rsi
    mov $23, %edx                   // MADV_POPULATE_WRITE
    mov $28, %eax                   // madvise
    syscall
    xor %edx, %edx                  // as the kernel left it: no function to run at exit
    jmp _start

#elif defined(__aarch64__)

    .text
    .globl martlet_start
    .type martlet_start, %function
martlet_start:
    b _start

#endif

    .section .note.GNU-stack, "", %progbits
