// Netlink sockets, for the static release that has no libmnl.a to link.
//
// The functions keep libmnl's contract, errno included: NULL or -1 on failure, a truncated datagram is ENOSPC.
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct mnl_socket {
    int fd;
    struct sockaddr_nl address;
};

static struct mnl_socket *owning(int fd) {
    struct mnl_socket *socket = calloc(1, sizeof *socket);
    if (socket) socket->fd = fd;
    return socket;
}

struct mnl_socket *mnl_socket_open2(int bus, int flags) {
    int fd = socket(AF_NETLINK, SOCK_RAW | flags, bus);
    if (fd < 0) return NULL;
    struct mnl_socket *opened = owning(fd);
    if (!opened) {
        close(fd);
        errno = ENOMEM;
    }
    return opened;
}

struct mnl_socket *mnl_socket_open(int bus) { return mnl_socket_open2(bus, 0); }

struct mnl_socket *mnl_socket_fdopen(int fd) {
    struct sockaddr_nl address = {0};
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return NULL;
    struct mnl_socket *adopted = owning(fd);
    if (adopted && address.nl_family == AF_NETLINK) adopted->address = address;
    return adopted;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid) {
    nl->address = (struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_groups = groups, .nl_pid = (unsigned int)pid};
    if (bind(nl->fd, (struct sockaddr *)&nl->address, sizeof nl->address) < 0) return -1;

    // The kernel chose the port ID if none was asked for.
    socklen_t length = sizeof nl->address;
    if (getsockname(nl->fd, (struct sockaddr *)&nl->address, &length) < 0) return -1;
    if (length != sizeof nl->address || nl->address.nl_family != AF_NETLINK) {
        errno = EINVAL;
        return -1;
    }
    return 0;
}

int mnl_socket_close(struct mnl_socket *nl) {
    int result = close(nl->fd);
    free(nl);
    return result;
}

int mnl_socket_get_fd(const struct mnl_socket *nl) { return nl->fd; }

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl) { return nl->address.nl_pid; }

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *request, size_t size) {
    static const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    return sendto(nl->fd, request, size, 0, (const struct sockaddr *)&kernel, sizeof kernel);
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buffer, size_t size) {
    struct sockaddr_nl sender;
    struct iovec space = {.iov_base = buffer, .iov_len = size};
    struct msghdr message = {
        .msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &space, .msg_iovlen = 1};
    ssize_t count = recvmsg(nl->fd, &message, 0);
    if (count < 0) return -1;
    if (message.msg_flags & MSG_TRUNC) {
        errno = ENOSPC;
        return -1;
    }
    if (message.msg_namelen != sizeof sender) {
        errno = EINVAL;
        return -1;
    }
    return count;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buffer, socklen_t length) {
    return setsockopt(nl->fd, SOL_NETLINK, type, buffer, length);
}

int mnl_socket_getsockopt(const struct mnl_socket *nl, int type, void *buffer, socklen_t *length) {
    return getsockopt(nl->fd, SOL_NETLINK, type, buffer, length);
}
