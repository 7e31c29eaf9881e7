// The calls Linux offers that Swift's Glibc module hides or cannot import. Declarations and inline names, no logic.
#ifndef MARTLET_CLINUX_H
#define MARTLET_CLINUX_H

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Hidden behind _GNU_SOURCE, which would change the Swift signatures of bind(2) and its like.
extern int setns(int fd, int nstype);
extern int pipe2(int ends[2], int flags);
extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
extern char **environ;

// <malloc.h> is not part of Swift's Glibc.
extern int mallopt(int parameter, int value);

static inline char **martlet_environ(void) { return environ; }

#ifndef CLONE_NEWNET
#define CLONE_NEWNET 0x40000000
#endif
#define MARTLET_CLONE_NEWNET CLONE_NEWNET

// Open file description locks, fcntl(2).
#define MARTLET_F_OFD_GETLK 36
#define MARTLET_F_OFD_SETLK 37
#define MARTLET_F_OFD_SETLKW 38

static inline int martlet_fcntl_lock(int fd, int command, struct flock *lock) { return fcntl(fd, command, lock); }

static inline int martlet_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }

// flock(2) shares its name with a struct.
static inline int martlet_flock(int fd, int operation) { return flock(fd, operation); }

// NS_GET_NSTYPE of ioctl_ns(2): the CLONE_NEW* flag of the namespace behind the descriptor.
static inline int martlet_namespace_type(int fd) { return ioctl(fd, NS_GET_NSTYPE); }

#endif
