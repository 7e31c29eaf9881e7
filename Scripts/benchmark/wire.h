// The netlink messages of one pod's wire, the same ones and in the same buffers as martlet sends.
#ifndef WIRE_H
#define WIRE_H

#include <libmnl/libmnl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>

struct wire {
    char host_name[IFNAMSIZ];
    char alias[256];
    const char *pod_name;
    int host_index, pod_index;
    uint8_t pod_mac[6];
    uint32_t mtu;
    struct in_addr address, block;  // network order; the block is a /26
    int pod_namespace;
};

struct mnl_socket *open_netlink(void);

// Each of these is one send and one wait for the kernel's answer.
void make_link(struct mnl_socket *node, const struct wire *wire);
void set_host_end(struct mnl_socket *node, const struct wire *wire);
void set_pod_end(struct mnl_socket *pod, const struct wire *wire);
// Last of all: a neighbour would be flushed when the kernel notices that both ends are up.
void introduce_pod(struct mnl_socket *node, const struct wire *wire);

// Puts the block's blackhole back, should it be gone.
void announce(struct mnl_socket *node, struct in_addr block);

int find_link(struct mnl_socket *node, const char *host_name);

// Deletes the link and returns once the kernel has announced that; a child waits for the rest.
void delete_link(int index);

#endif
