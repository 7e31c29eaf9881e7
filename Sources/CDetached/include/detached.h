// A message sent by a process of its own, for a system call that takes long and whose end nobody needs to wait for.
#ifndef MARTLET_DETACHED_H
#define MARTLET_DETACHED_H

#include <stddef.h>
#include <sys/types.h>

// Copies the message and starts a process that closes every descriptor but `socket`, sends it there, send(2), and ends.
//
// The process shares this one's memory where kernel and processor allow it (clone3(2), Linux 5.3, x86-64): no page is
// copied, neither now nor by what is written afterwards, and the memory goes with whichever of the two ends last. The
// 2 KiB that it runs in are never freed. Elsewhere it is a fork(2).
//
// Returns the process and, in `end`, a descriptor that becomes readable when it has ended; a negative errno if there is none.
pid_t martlet_detached_send(int socket, const void *message, size_t length, int *end);

#endif
