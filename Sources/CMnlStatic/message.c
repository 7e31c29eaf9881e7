// Netlink messages: building and walking `struct nlmsghdr`, netlink(7), under libmnl's header.
#include <libmnl/libmnl.h>
#include <string.h>

size_t mnl_nlmsg_size(size_t length) { return MNL_NLMSG_HDRLEN + length; }

size_t mnl_nlmsg_get_payload_len(const struct nlmsghdr *nlh) { return nlh->nlmsg_len - MNL_NLMSG_HDRLEN; }

struct nlmsghdr *mnl_nlmsg_put_header(void *buffer) {
    struct nlmsghdr *nlh = buffer;
    memset(nlh, 0, MNL_NLMSG_HDRLEN);
    nlh->nlmsg_len = MNL_NLMSG_HDRLEN;
    return nlh;
}

void *mnl_nlmsg_put_extra_header(struct nlmsghdr *nlh, size_t size) {
    char *header = (char *)nlh + nlh->nlmsg_len;
    size_t length = MNL_ALIGN(size);
    nlh->nlmsg_len += length;
    return memset(header, 0, length);
}

void *mnl_nlmsg_get_payload(const struct nlmsghdr *nlh) { return (char *)nlh + MNL_NLMSG_HDRLEN; }

void *mnl_nlmsg_get_payload_offset(const struct nlmsghdr *nlh, size_t offset) {
    return (char *)nlh + MNL_NLMSG_HDRLEN + MNL_ALIGN(offset);
}

void *mnl_nlmsg_get_payload_tail(const struct nlmsghdr *nlh) { return (char *)nlh + MNL_ALIGN(nlh->nlmsg_len); }

bool mnl_nlmsg_ok(const struct nlmsghdr *nlh, int length) {
    return length >= (int)sizeof *nlh && nlh->nlmsg_len >= sizeof *nlh && nlh->nlmsg_len <= (uint32_t)length;
}

struct nlmsghdr *mnl_nlmsg_next(const struct nlmsghdr *nlh, int *length) {
    *length -= MNL_ALIGN(nlh->nlmsg_len);
    return mnl_nlmsg_get_payload_tail(nlh);
}

// A number of zero, on either side, means: not tracked.

bool mnl_nlmsg_seq_ok(const struct nlmsghdr *nlh, unsigned int seq) {
    return !nlh->nlmsg_seq || !seq || nlh->nlmsg_seq == seq;
}

bool mnl_nlmsg_portid_ok(const struct nlmsghdr *nlh, unsigned int portid) {
    return !nlh->nlmsg_pid || !portid || nlh->nlmsg_pid == portid;
}
