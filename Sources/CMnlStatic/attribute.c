// Netlink attributes: writing, nesting, walking and checking `struct nlattr`, netlink(7), under libmnl's header.
#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

// Writing. The plain functions trust the caller with the room; the `_check` ones refuse what would not fit. Padding is
// zero, where libmnl 1.0.4 leaves what the buffer held.

void mnl_attr_put(struct nlmsghdr *nlh, uint16_t type, size_t length, const void *data) {
    struct nlattr *attr = mnl_nlmsg_get_payload_tail(nlh);
    char *payload = (char *)attr + MNL_ATTR_HDRLEN;
    attr->nla_type = type;
    attr->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + length);
    if (length) memcpy(payload, data, length);
    memset(payload + length, 0, MNL_ALIGN(length) - length);
    nlh->nlmsg_len += MNL_ATTR_HDRLEN + MNL_ALIGN(length);
}

bool mnl_attr_put_check(struct nlmsghdr *nlh, size_t room, uint16_t type, size_t length, const void *data) {
    if (nlh->nlmsg_len + MNL_ATTR_HDRLEN + MNL_ALIGN(length) > room) return false;
    mnl_attr_put(nlh, type, length, data);
    return true;
}

void mnl_attr_put_u8(struct nlmsghdr *nlh, uint16_t type, uint8_t value) {
    mnl_attr_put(nlh, type, sizeof value, &value);
}

void mnl_attr_put_u16(struct nlmsghdr *nlh, uint16_t type, uint16_t value) {
    mnl_attr_put(nlh, type, sizeof value, &value);
}

void mnl_attr_put_u32(struct nlmsghdr *nlh, uint16_t type, uint32_t value) {
    mnl_attr_put(nlh, type, sizeof value, &value);
}

void mnl_attr_put_u64(struct nlmsghdr *nlh, uint16_t type, uint64_t value) {
    mnl_attr_put(nlh, type, sizeof value, &value);
}

void mnl_attr_put_str(struct nlmsghdr *nlh, uint16_t type, const char *text) {
    mnl_attr_put(nlh, type, strlen(text), text);
}

void mnl_attr_put_strz(struct nlmsghdr *nlh, uint16_t type, const char *text) {
    mnl_attr_put(nlh, type, strlen(text) + 1, text);
}

bool mnl_attr_put_u8_check(struct nlmsghdr *nlh, size_t room, uint16_t type, uint8_t value) {
    return mnl_attr_put_check(nlh, room, type, sizeof value, &value);
}

bool mnl_attr_put_u16_check(struct nlmsghdr *nlh, size_t room, uint16_t type, uint16_t value) {
    return mnl_attr_put_check(nlh, room, type, sizeof value, &value);
}

bool mnl_attr_put_u32_check(struct nlmsghdr *nlh, size_t room, uint16_t type, uint32_t value) {
    return mnl_attr_put_check(nlh, room, type, sizeof value, &value);
}

bool mnl_attr_put_u64_check(struct nlmsghdr *nlh, size_t room, uint16_t type, uint64_t value) {
    return mnl_attr_put_check(nlh, room, type, sizeof value, &value);
}

bool mnl_attr_put_str_check(struct nlmsghdr *nlh, size_t room, uint16_t type, const char *text) {
    return mnl_attr_put_check(nlh, room, type, strlen(text), text);
}

bool mnl_attr_put_strz_check(struct nlmsghdr *nlh, size_t room, uint16_t type, const char *text) {
    return mnl_attr_put_check(nlh, room, type, strlen(text) + 1, text);
}

// Nesting. The length of the outer attribute is known when it ends.

struct nlattr *mnl_attr_nest_start(struct nlmsghdr *nlh, uint16_t type) {
    struct nlattr *start = mnl_nlmsg_get_payload_tail(nlh);
    start->nla_type = NLA_F_NESTED | type;
    nlh->nlmsg_len += MNL_ATTR_HDRLEN;
    return start;
}

struct nlattr *mnl_attr_nest_start_check(struct nlmsghdr *nlh, size_t room, uint16_t type) {
    if (nlh->nlmsg_len + MNL_ATTR_HDRLEN > room) return NULL;
    return mnl_attr_nest_start(nlh, type);
}

void mnl_attr_nest_end(struct nlmsghdr *nlh, struct nlattr *start) {
    start->nla_len = (uint16_t)((char *)mnl_nlmsg_get_payload_tail(nlh) - (char *)start);
}

void mnl_attr_nest_cancel(struct nlmsghdr *nlh, struct nlattr *start) {
    nlh->nlmsg_len -= (uint32_t)((char *)mnl_nlmsg_get_payload_tail(nlh) - (char *)start);
}

// Reading. The fixed-width getters copy, for a 64-bit payload is aligned to four bytes only.

uint16_t mnl_attr_get_type(const struct nlattr *attr) { return attr->nla_type & NLA_TYPE_MASK; }

uint16_t mnl_attr_get_len(const struct nlattr *attr) { return attr->nla_len; }

uint16_t mnl_attr_get_payload_len(const struct nlattr *attr) { return (uint16_t)(attr->nla_len - MNL_ATTR_HDRLEN); }

void *mnl_attr_get_payload(const struct nlattr *attr) { return (char *)attr + MNL_ATTR_HDRLEN; }

uint8_t mnl_attr_get_u8(const struct nlattr *attr) { return *(const uint8_t *)mnl_attr_get_payload(attr); }

uint16_t mnl_attr_get_u16(const struct nlattr *attr) {
    uint16_t value;
    memcpy(&value, mnl_attr_get_payload(attr), sizeof value);
    return value;
}

uint32_t mnl_attr_get_u32(const struct nlattr *attr) {
    uint32_t value;
    memcpy(&value, mnl_attr_get_payload(attr), sizeof value);
    return value;
}

uint64_t mnl_attr_get_u64(const struct nlattr *attr) {
    uint64_t value;
    memcpy(&value, mnl_attr_get_payload(attr), sizeof value);
    return value;
}

const char *mnl_attr_get_str(const struct nlattr *attr) { return mnl_attr_get_payload(attr); }

bool mnl_attr_ok(const struct nlattr *attr, int length) {
    return length >= (int)sizeof *attr && attr->nla_len >= sizeof *attr && (int)attr->nla_len <= length;
}

struct nlattr *mnl_attr_next(const struct nlattr *attr) {
    return (struct nlattr *)((char *)attr + MNL_ALIGN(attr->nla_len));
}

static int call_for_each(const char *from, const char *end, mnl_attr_cb_t callback, void *context) {
    int result = MNL_CB_OK;
    const struct nlattr *attr = (const struct nlattr *)from;
    while (result > MNL_CB_STOP && mnl_attr_ok(attr, (int)(end - (const char *)attr))) {
        result = callback(attr, context);
        attr = mnl_attr_next(attr);
    }
    return result;
}

int mnl_attr_parse(const struct nlmsghdr *nlh, unsigned int offset, mnl_attr_cb_t callback, void *context) {
    return call_for_each(
        mnl_nlmsg_get_payload_offset(nlh, offset), mnl_nlmsg_get_payload_tail(nlh), callback, context);
}

int mnl_attr_parse_nested(const struct nlattr *attr, mnl_attr_cb_t callback, void *context) {
    const char *payload = mnl_attr_get_payload(attr);
    return call_for_each(payload, payload + mnl_attr_get_payload_len(attr), callback, context);
}

int mnl_attr_parse_payload(const void *payload, size_t length, mnl_attr_cb_t callback, void *context) {
    return call_for_each(payload, (const char *)payload + length, callback, context);
}

// Checking.

static int refuse(int error) {
    errno = error;
    return -1;
}

int mnl_attr_type_valid(const struct nlattr *attr, uint16_t greatest) {
    return mnl_attr_get_type(attr) > greatest ? refuse(EOPNOTSUPP) : 1;
}

int mnl_attr_validate2(const struct nlattr *attr, enum mnl_attr_data_type type, size_t expected) {
    if ((int)type < 0 || type >= MNL_TYPE_MAX) return refuse(EINVAL);
    uint16_t length = mnl_attr_get_payload_len(attr);
    const char *payload = mnl_attr_get_payload(attr);
    if (length < expected) return refuse(ERANGE);

    switch (type) {
    case MNL_TYPE_FLAG:
        if (length > 0) return refuse(ERANGE);
        break;
    case MNL_TYPE_NUL_STRING:
        if (length == 0) return refuse(ERANGE);
        if (payload[length - 1] != '\0') return refuse(EINVAL);
        break;
    case MNL_TYPE_STRING:
        if (length == 0) return refuse(ERANGE);
        break;
    case MNL_TYPE_NESTED:
        // Empty nests are legal.
        if (length > 0 && length < MNL_ATTR_HDRLEN) return refuse(ERANGE);
        break;
    default:
        break;
    }
    return expected && length > expected ? refuse(ERANGE) : 0;
}

int mnl_attr_validate(const struct nlattr *attr, enum mnl_attr_data_type type) {
    switch (type) {
    case MNL_TYPE_U8: return mnl_attr_validate2(attr, type, sizeof(uint8_t));
    case MNL_TYPE_U16: return mnl_attr_validate2(attr, type, sizeof(uint16_t));
    case MNL_TYPE_U32: return mnl_attr_validate2(attr, type, sizeof(uint32_t));
    case MNL_TYPE_U64:
    case MNL_TYPE_MSECS: return mnl_attr_validate2(attr, type, sizeof(uint64_t));
    default: return mnl_attr_validate2(attr, type, 0);
    }
}
