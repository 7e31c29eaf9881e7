// The ledger's part of a warm ADD and DEL: martlet's own file, journal mode and rows.
#ifndef LEDGER_H
#define LEDGER_H

#include <stdint.h>

struct lease {
    const char *network, *container, *interface;
    const char *pod_namespace, *pod_name;  // may be NULL
    const char *sandbox;
    uint64_t sandbox_device, sandbox_inode;
    int mtu;
    char host_interface[16];
    char mac[18];
    char address[16];  // dotted
    int64_t block;
};

// Opens ledger.db and ledger.lock in a folder where martlet has worked before, and holds the byte of ledger.lock that
// stands for the attachment until the process ends.
void open_ledger(const char *directory, const char *container, const char *interface);

// Fills in address and block: the first address never given out, else the one that was freed first, else a new block's.
void take_lease(struct lease *lease, const char *node);

// Fills in address, block and host interface; 0 if there is no such lease.
int find_lease(struct lease *lease);

// Removes the lease, notes that it ended and puts its address at the end of the queue.
void free_lease(const struct lease *lease, const char *node);

#endif
