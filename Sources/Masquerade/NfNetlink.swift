import Glibc

/// The numbers of nfnetlink that one question, and listening to changes, need.
///
/// From `linux/netlink.h`, `linux/netfilter.h`, `linux/netfilter/nfnetlink.h` and `linux/netfilter/nf_tables.h`, and
/// for the comment from `libnftnl/udata.h`.
enum NfNetlink {
    /// NETLINK_NETFILTER.
    static let bus: Int32 = 12
    /// As large as a message of a dump gets: the kernel fills no more than the reader has room for, from 8192 on.
    static let bufferSize = 8192
    /// Ties the answer to the question. One question per socket, so it can be constant.
    static let sequence: UInt32 = 1

    /// NLMSG_ERROR and NLMSG_DONE.
    static let error: UInt16 = 2
    static let done: UInt16 = 3
    /// NLM_F_DUMP_INTR: what is being dumped changed, so the dump is no state that ever was.
    static let interrupted: UInt16 = 0x10

    /// NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE: a rule in an answer.
    static let newRule: UInt16 = 10 << 8 | 6
    /// NFTA_RULE_USERDATA.
    static let ruleUserData: UInt16 = 7
    /// Attribute types without NLA_F_NESTED and NLA_F_NET_BYTEORDER.
    static let attributeTypeMask: UInt16 = 0x3FFF
    /// NFTNL_UDATA_RULE_COMMENT, in the user data.
    static let comment: UInt8 = 0

    /// Sizes of `nlmsghdr` and `nfgenmsg`.
    static let headerSize = 16
    static let familyHeaderSize = 4

    /// NFNL_SUBSYS_NFTABLES, the upper byte of a message's type.
    static let tables: UInt16 = 10
    /// NFPROTO_INET.
    static let inet: UInt8 = 1
    /// NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, NFTA_RULE_TABLE and NFTA_SET_TABLE are all this.
    static let tableName: UInt16 = 1
    /// The table's name as C writes it.
    static let table = Array("martlet\0".utf8)

    /// A `sockaddr_nl` of the group NFNLGRP_NFTABLES, the seventh.
    static let tableGroupAddress: [UInt8] = {
        var bytes: [UInt8] = []
        append(UInt16(AF_NETLINK), to: &bytes)
        append(UInt16(0), to: &bytes)
        append(UInt32(0), to: &bytes)
        append(UInt32(1 << 6), to: &bytes)
        return bytes
    }()

    /// Dump the rules of table `inet martlet`.
    static let ruleRequest: [UInt8] = {
        // NLM_F_REQUEST | NLM_F_DUMP, NFT_MSG_GETRULE.
        let flags: UInt16 = 0x1 | 0x300
        let getRule: UInt16 = 10 << 8 | 7
        var bytes: [UInt8] = []
        append(UInt32(headerSize + familyHeaderSize + 4 + table.count), to: &bytes)
        append(getRule, to: &bytes)
        append(flags, to: &bytes)
        append(sequence, to: &bytes)
        append(UInt32(0), to: &bytes)
        bytes += [inet, 0, 0, 0]
        append(UInt16(4 + table.count), to: &bytes)
        append(tableName, to: &bytes)
        return bytes + table
    }()

    private static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number) { bytes += $0 }
    }
}
