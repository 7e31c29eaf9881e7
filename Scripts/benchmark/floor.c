// floor: the least that one ADD or DEL of martlet can cost.
//
// It takes a CNI plugin's variables and configuration, makes the kernel reads and writes of a warm ADD or DEL of martlet
// and commits the same rows to a ledger that martlet made, and answers. It checks nothing, so it is no plugin: it is
// what martlet's own work is measured against. Whatever it holds open it leaves to the kernel.
#define _GNU_SOURCE
#include "fail.h"
#include "ledger.h"
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static char input[16384];

void fail(const char *what) {
    char answer[512];
    int length = snprintf(
        answer, sizeof answer, "{\"cniVersion\":\"1.0.0\",\"code\":100,\"msg\":\"%s: %s\"}\n", what, strerror(errno));
    _exit(write(1, answer, (size_t)length) < 0 ? 2 : 1);
}

static void read_input(void) {
    size_t length = 0;
    for (ssize_t count; (count = read(0, input + length, sizeof input - 1 - length)) > 0;) length += (size_t)count;
}

// Copies the value of a member, wherever in the document it stands.
static const char *member(const char *key, char value[256]) {
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\"", key);
    const char *found = strstr(input, quoted);
    if (!found) fail(key);
    found += strlen(quoted);
    found += strspn(found, " :\"");
    size_t length = strcspn(found, "\",} \n");
    snprintf(value, 256, "%.*s", (int)length, found);
    return value;
}

// Copies the value of a variable in CNI_ARGS; NULL if it is not there.
static const char *argument(const char *key, char value[256]) {
    const char *arguments = getenv("CNI_ARGS");
    const char *found = arguments ? strstr(arguments, key) : NULL;
    if (!found) return NULL;
    found += strlen(key) + 1;
    snprintf(value, 256, "%.*s", (int)strcspn(found, ";"), found);
    return value;
}

static const char *variable(const char *name) {
    const char *value = getenv(name);
    if (!value) fail(name);
    return value;
}

static void write_setting(const char *path, const char *value) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, value, strlen(value)) < 0) fail(path);
    close(file);
}

static void answer(const struct lease *lease, const struct wire *wire) {
    char text[1024];
    int length = snprintf(
        text, sizeof text,
        "{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"%s\",\"mac\":\"ee:ee:ee:ee:ee:ee\"},"
        "{\"name\":\"%s\",\"mac\":\"%s\",\"sandbox\":\"%s\"}],\"ips\":[{\"address\":\"%s/32\",\"interface\":1}],"
        "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"169.254.1.1\"}]}\n",
        wire->host_name, wire->pod_name, lease->mac, lease->sandbox, lease->address);
    if (write(1, text, (size_t)length) != length) _exit(1);
}

static struct lease attachment(void) {
    static char network[256];
    return (struct lease){
        .network = member("name", network),
        .container = variable("CNI_CONTAINERID"),
        .interface = variable("CNI_IFNAME"),
    };
}

// Names and numbers that martlet derives by hashing, by one random number.
static void choose_names(struct wire *wire, struct lease *lease) {
    uint64_t random;
    if (getrandom(&random, sizeof random, 0) != sizeof random) fail("getrandom");
    snprintf(wire->host_name, sizeof wire->host_name, "cali%011llx", (unsigned long long)(random >> 20));
    memcpy(lease->host_interface, wire->host_name, sizeof lease->host_interface);
    snprintf(wire->alias, sizeof wire->alias, "%s/%s/%s", lease->network, lease->container, lease->interface);
    wire->host_index = 0x10000000 + (int)(random & 0x0FFFFFFF);
    wire->pod_index = 0x10000000 + (int)(random >> 32 & 0x0FFFFFFF);
    memcpy(wire->pod_mac, &random, sizeof wire->pod_mac);
    wire->pod_mac[0] = (uint8_t)((wire->pod_mac[0] & 0xFC) | 2);
    const uint8_t *mac = wire->pod_mac;
    snprintf(
        lease->mac, sizeof lease->mac, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static struct in_addr block_of(struct in_addr address) {
    return (struct in_addr){address.s_addr & htonl(0xFFFFFFC0)};
}

static void add(void) {
    char directory[256], node[256], mtu[256], pod_namespace[256], pod_name[256];
    struct lease lease = attachment();
    struct wire wire = {.pod_name = lease.interface, .mtu = (uint32_t)atoi(member("mtu", mtu))};
    lease.pod_namespace = argument("K8S_POD_NAMESPACE", pod_namespace);
    lease.pod_name = argument("K8S_POD_NAME", pod_name);
    lease.sandbox = variable("CNI_NETNS");
    lease.mtu = (int)wire.mtu;
    choose_names(&wire, &lease);

    struct stat sandbox;
    wire.pod_namespace = open(lease.sandbox, O_RDONLY | O_CLOEXEC);
    if (wire.pod_namespace < 0 || fstat(wire.pod_namespace, &sandbox)) fail(lease.sandbox);
    lease.sandbox_device = sandbox.st_dev;
    lease.sandbox_inode = sandbox.st_ino;

    open_ledger(member("data_dir", directory), lease.container, lease.interface);
    take_lease(&lease, member("nodename", node));
    inet_aton(lease.address, &wire.address);
    wire.block = block_of(wire.address);

    struct mnl_socket *node_socket = open_netlink();
    make_link(node_socket, &wire);
    char path[96];
    snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/accept_ra", wire.host_name);
    write_setting(path, "0");
    set_host_end(node_socket, &wire);

    if (setns(wire.pod_namespace, CLONE_NEWNET)) fail("setns");
    struct mnl_socket *pod_socket = open_netlink();
    write_setting("/proc/sys/net/ipv4/ip_forward", "0");
    set_pod_end(pod_socket, &wire);
    introduce_pod(node_socket, &wire);
    answer(&lease, &wire);
}

static void delete(void) {
    char directory[256], node[256];
    struct lease lease = attachment();
    open_ledger(member("data_dir", directory), lease.container, lease.interface);
    if (!find_lease(&lease)) return;
    struct in_addr address;
    inet_aton(lease.address, &address);
    struct mnl_socket *socket = open_netlink();
    announce(socket, block_of(address));
    int index = find_link(socket, lease.host_interface);
    if (index) delete_link(index);
    free_lease(&lease, member("nodename", node));
}

int main(void) {
    read_input();
    if (!strcmp(variable("CNI_COMMAND"), "ADD")) {
        add();
    } else {
        delete();
    }
    _exit(0);
}
