#define _GNU_SOURCE
#include "wire.h"

#include "detached.h"
#include "fail.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/neighbour.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>
#include <unistd.h>

enum { blackhole_protocol = 80, block_length = 26 };

// A link belongs to it until it is set up.
static const uint32_t unfinished_group = 0x7EB3FBB4;

static const uint8_t host_mac[6] = {0xee, 0xee, 0xee, 0xee, 0xee, 0xee};

// Messages that leave together. The last one asks for an answer; of the others the kernel reports failures only.
struct batch {
    char bytes[8192];
    size_t length;
    struct nlmsghdr *last;
    unsigned count;
};

static struct batch batch;

static struct nlmsghdr *begin(uint16_t type, uint16_t flags, const void *header, size_t size) {
    struct nlmsghdr *message = mnl_nlmsg_put_header(batch.bytes + batch.length);
    message->nlmsg_type = type;
    message->nlmsg_flags = NLM_F_REQUEST | flags;
    message->nlmsg_seq = ++batch.count;
    memcpy(mnl_nlmsg_put_extra_header(message, size), header, size);
    batch.last = message;
    return message;
}

static void end(const struct nlmsghdr *message) { batch.length += message->nlmsg_len; }

// Sends the batch and waits until its last message is answered. Returns the first error that is not `tolerated`, or 0.
static int send_batch(struct mnl_socket *socket, int tolerated) {
    static char answers[32768];
    int error = 0;
    if (mnl_socket_sendto(socket, batch.bytes, batch.length) < 0) fail("sendto");
    for (int finished = 0; !finished;) {
        int length = (int)mnl_socket_recvfrom(socket, answers, sizeof answers);
        if (length < 0) fail("recvmsg");
        const struct nlmsghdr *answer = (const struct nlmsghdr *)answers;
        for (; mnl_nlmsg_ok(answer, length); answer = mnl_nlmsg_next(answer, &length)) {
            if (answer->nlmsg_seq == batch.count) finished = 1;
            if (answer->nlmsg_type != NLMSG_ERROR) continue;
            const struct nlmsgerr *verdict = mnl_nlmsg_get_payload(answer);
            if (verdict->error && -verdict->error != tolerated && !error) error = -verdict->error;
        }
    }
    batch.length = 0;
    batch.count = 0;
    return error;
}

// Sends the batch with a last message that asks to be acknowledged.
static int perform(struct mnl_socket *socket, int tolerated) {
    batch.last->nlmsg_flags |= NLM_F_ACK;
    return send_batch(socket, tolerated);
}

static void need(int error, const char *what) {
    errno = error;
    if (error) fail(what);
}

struct mnl_socket *open_netlink(void) {
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    int on = 1;
    if (!socket) fail("socket");
    mnl_socket_setsockopt(socket, NETLINK_CAP_ACK, &on, sizeof on);
    mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, &on, sizeof on);
    return socket;
}

static void one_queue(struct nlmsghdr *message) {
    // The default makes the kernel wait for two RCU grace periods.
    mnl_attr_put_u32(message, IFLA_NUM_TX_QUEUES, 1);
    mnl_attr_put_u32(message, IFLA_NUM_RX_QUEUES, 1);
}

static void put_new_link(const struct wire *wire) {
    const struct ifinfomsg host = {.ifi_index = wire->host_index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    const struct ifinfomsg pod = {.ifi_index = wire->pod_index};
    struct nlmsghdr *message = begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &host, sizeof host);
    mnl_attr_put_strz(message, IFLA_IFNAME, wire->host_name);
    mnl_attr_put(message, IFLA_ADDRESS, sizeof host_mac, host_mac);
    mnl_attr_put_u32(message, IFLA_GROUP, unfinished_group);
    mnl_attr_put_u32(message, IFLA_MTU, wire->mtu);
    one_queue(message);
    struct nlattr *info = mnl_attr_nest_start(message, IFLA_LINKINFO);
    mnl_attr_put_str(message, IFLA_INFO_KIND, "veth");
    struct nlattr *data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
    struct nlattr *peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
    memcpy(mnl_nlmsg_put_extra_header(message, sizeof pod), &pod, sizeof pod);
    mnl_attr_put_strz(message, IFLA_IFNAME, wire->pod_name);
    mnl_attr_put(message, IFLA_ADDRESS, sizeof wire->pod_mac, wire->pod_mac);
    mnl_attr_put_u32(message, IFLA_MTU, wire->mtu);
    one_queue(message);
    mnl_attr_put_u32(message, IFLA_NET_NS_FD, (uint32_t)wire->pod_namespace);
    mnl_attr_nest_end(message, peer);
    mnl_attr_nest_end(message, data);
    mnl_attr_nest_end(message, info);
    end(message);
}

void make_link(struct mnl_socket *node, const struct wire *wire) {
    // On its own: were the index taken, later messages of the same buffer would meet a stranger's link.
    put_new_link(wire);
    need(perform(node, 0), "RTM_NEWLINK");
}

// As in /proc/sys/net/ipv4/conf.
struct setting {
    uint16_t key;
    uint32_t value;
};

static void put_ipv4_settings(struct nlmsghdr *message, const struct setting settings[], size_t count) {
    struct nlattr *families = mnl_attr_nest_start(message, IFLA_AF_SPEC);
    struct nlattr *family = mnl_attr_nest_start(message, AF_INET);
    struct nlattr *nest = mnl_attr_nest_start(message, IFLA_INET_CONF);
    for (size_t i = 0; i < count; i++) mnl_attr_put_u32(message, settings[i].key, settings[i].value);
    mnl_attr_nest_end(message, nest);
    mnl_attr_nest_end(message, family);
    mnl_attr_nest_end(message, families);
}

static void put_host_settings(const struct wire *wire) {
    static const struct setting settings[] = {
        {IPV4_DEVCONF_PROXY_ARP, 1},
        {IPV4_DEVCONF_FORWARDING, 1},
        {IPV4_DEVCONF_RP_FILTER, 1},
        {IPV4_DEVCONF_ROUTE_LOCALNET, 0},
    };
    const struct ifinfomsg link = {.ifi_index = wire->host_index};
    struct nlmsghdr *message = begin(RTM_SETLINK, 0, &link, sizeof link);
    mnl_attr_put_strz(message, IFLA_IFALIAS, wire->alias);
    mnl_attr_put_u32(message, IFLA_GROUP, 0);
    put_ipv4_settings(message, settings, sizeof settings / sizeof *settings);
    end(message);
}

static void put_proxy_delay(const struct wire *wire) {
    const struct ndtmsg table = {.ndtm_family = AF_INET};
    struct nlmsghdr *message = begin(RTM_SETNEIGHTBL, 0, &table, sizeof table);
    mnl_attr_put_strz(message, NDTA_NAME, "arp_cache");
    struct nlattr *parameters = mnl_attr_nest_start(message, NDTA_PARMS);
    mnl_attr_put_u32(message, NDTPA_IFINDEX, (uint32_t)wire->host_index);
    mnl_attr_put_u64(message, NDTPA_PROXY_DELAY, 0);
    mnl_attr_nest_end(message, parameters);
    end(message);
}

static void put_neighbour(
    int index, struct in_addr address, const uint8_t mac[6], uint16_t state, uint8_t flags) {
    const struct ndmsg neighbour = {
        .ndm_family = AF_INET, .ndm_ifindex = index, .ndm_state = state, .ndm_flags = flags, .ndm_type = RTN_UNICAST};
    struct nlmsghdr *message = begin(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &neighbour, sizeof neighbour);
    mnl_attr_put(message, NDA_DST, sizeof address, &address);
    mnl_attr_put(message, NDA_LLADDR, 6, mac);
    end(message);
}

static struct nlmsghdr *begin_route(struct rtmsg route) {
    route.rtm_family = AF_INET;
    route.rtm_table = RT_TABLE_MAIN;
    return begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &route, sizeof route);
}

static void put_route_to(struct in_addr address, int index) {
    struct nlmsghdr *message = begin_route((struct rtmsg){
        .rtm_dst_len = 32, .rtm_protocol = RTPROT_BOOT, .rtm_scope = RT_SCOPE_LINK, .rtm_type = RTN_UNICAST});
    mnl_attr_put(message, RTA_DST, sizeof address, &address);
    mnl_attr_put_u32(message, RTA_OIF, (uint32_t)index);
    end(message);
}

static void put_default_route(struct in_addr gateway, int index) {
    struct nlmsghdr *message = begin_route(
        (struct rtmsg){.rtm_protocol = RTPROT_BOOT, .rtm_type = RTN_UNICAST, .rtm_flags = RTNH_F_ONLINK});
    mnl_attr_put(message, RTA_GATEWAY, sizeof gateway, &gateway);
    mnl_attr_put_u32(message, RTA_OIF, (uint32_t)index);
    end(message);
}

static void put_blackhole(struct in_addr block) {
    struct nlmsghdr *message = begin_route((struct rtmsg){
        .rtm_dst_len = block_length, .rtm_protocol = blackhole_protocol, .rtm_type = RTN_BLACKHOLE});
    mnl_attr_put(message, RTA_DST, sizeof block, &block);
    end(message);
}

// Asks whether the node forwards IPv4 at all.
static void put_forwarding_query(void) {
    const struct netconfmsg header = {.ncm_family = AF_INET};
    struct nlmsghdr *message = begin(RTM_GETNETCONF, 0, &header, sizeof header);
    mnl_attr_put_u32(message, NETCONFA_IFINDEX, (uint32_t)NETCONFA_IFINDEX_ALL);
    end(message);
}

void set_host_end(struct mnl_socket *node, const struct wire *wire) {
    put_host_settings(wire);
    put_proxy_delay(wire);
    put_route_to(wire->address, wire->host_index);
    put_blackhole(wire->block);
    put_forwarding_query();
    // The blackhole is there from the block's first address on.
    need(send_batch(node, EEXIST), "host end");
}

static void put_link_up(int index) {
    const struct ifinfomsg link = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    end(begin(RTM_NEWLINK, 0, &link, sizeof link));
}

// Up, and announcing changes of its MAC.
static void put_pod_end_up(int index) {
    const struct ifinfomsg link = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    struct nlmsghdr *message = begin(RTM_SETLINK, 0, &link, sizeof link);
    const struct setting announces = {IPV4_DEVCONF_ARP_NOTIFY, 1};
    put_ipv4_settings(message, &announces, 1);
    end(message);
}

static void put_address(const struct wire *wire) {
    const struct ifaddrmsg address = {
        .ifa_family = AF_INET, .ifa_prefixlen = 32, .ifa_index = (uint32_t)wire->pod_index};
    struct nlmsghdr *message = begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &address, sizeof address);
    mnl_attr_put(message, IFA_LOCAL, sizeof wire->address, &wire->address);
    mnl_attr_put(message, IFA_ADDRESS, sizeof wire->address, &wire->address);
    mnl_attr_put_u32(message, IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
    end(message);
}

void set_pod_end(struct mnl_socket *pod, const struct wire *wire) {
    const struct in_addr gateway = {htonl(0xA9FE0101)};  // 169.254.1.1
    put_link_up(1);
    put_pod_end_up(wire->pod_index);
    put_address(wire);
    put_neighbour(wire->pod_index, gateway, host_mac, NUD_PERMANENT, 0);
    put_route_to(gateway, wire->pod_index);
    put_default_route(gateway, wire->pod_index);
    need(perform(pod, 0), "pod end");
}

static void put_link_query(int index, const char *name) {
    const struct ifinfomsg link = {.ifi_index = index};
    struct nlmsghdr *message = begin(RTM_GETLINK, 0, &link, sizeof link);
    if (name) mnl_attr_put_strz(message, IFLA_IFNAME, name);
    mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    end(message);
}

void introduce_pod(struct mnl_socket *node, const struct wire *wire) {
    put_neighbour(wire->host_index, wire->address, wire->pod_mac, NUD_STALE, NTF_EXT_LEARNED);
    // Asked about the link, the kernel makes it ready to send, which else a worker would do at some time.
    put_link_query(wire->host_index, NULL);
    need(send_batch(node, 0), "neighbour");
}

void announce(struct mnl_socket *node, struct in_addr block) {
    put_blackhole(block);
    need(perform(node, EEXIST), "blackhole");
}

// Takes the kernel's answer to a look-up; the link's number, 0 if there is no such link.
static int hear_of_link(struct mnl_socket *node) {
    static char answer[32768];
    if (mnl_socket_recvfrom(node, answer, sizeof answer) < 0) fail("recvmsg");
    const struct nlmsghdr *message = (const struct nlmsghdr *)answer;
    const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
    return message->nlmsg_type == RTM_NEWLINK ? link->ifi_index : 0;
}

int find_link(struct mnl_socket *node, const char *host_name) {
    put_link_query(0, host_name);
    if (mnl_socket_sendto(node, batch.bytes, batch.length) < 0) fail("sendto");
    batch.length = 0;
    return hear_of_link(node);
}

// Waits on a socket that hears of links until this one is said to be gone.
static void hear_of_its_end(struct mnl_socket *listener, int index) {
    static char notices[32768];
    for (;;) {
        int length = (int)mnl_socket_recvfrom(listener, notices, sizeof notices);
        if (length < 0) fail("recvmsg");
        const struct nlmsghdr *notice = (const struct nlmsghdr *)notices;
        for (; mnl_nlmsg_ok(notice, length); notice = mnl_nlmsg_next(notice, &length)) {
            const struct ifinfomsg *link = mnl_nlmsg_get_payload(notice);
            if (notice->nlmsg_type == RTM_DELLINK && link->ifi_index == index) return;
        }
    }
}

void delete_link(int index) {
    struct mnl_socket *listener = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    const struct timeval patience = {.tv_sec = 2};
    if (!listener || mnl_socket_bind(listener, RTMGRP_LINK, MNL_SOCKET_AUTOPID)) fail("bind");
    if (setsockopt(mnl_socket_get_fd(listener), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience)) fail("setsockopt");
    const struct ifinfomsg link = {.ifi_index = index};
    end(begin(RTM_DELLINK, NLM_F_ACK, &link, sizeof link));
    int ended;
    if (martlet_detached_send(mnl_socket_get_fd(open_netlink()), batch.bytes, batch.length, &ended) < 0) fail("clone3");
    hear_of_its_end(listener, index);
}
