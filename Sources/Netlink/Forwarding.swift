import Addressing
internal import CMnl
import Glibc

extension MessageBatch {
    /// Asks whether the namespace forwards packets of a family at all; the answer is a message of its own.
    ///
    /// Like reading `net.ipv4.ip_forward` (`net.ipv6.conf.all.forwarding`). Meant to be a batch's last message.
    package mutating func queryForwarding(_ addressFamily: AddressFamily) {
        var header = netconfmsg()
        header.ncm_family = family(addressFamily)
        add("ask for forwarding", type: Int(RTM_GETNETCONF), flags: 0, header: header) { message in
            message.put(NETCONFA_IFINDEX, UInt32(bitPattern: NETCONFA_IFINDEX_ALL))
        }
    }
}

extension NetlinkReply {
    /// The answer to `queryForwarding`, or nil if this message is another one.
    package var forwarding: (family: AddressFamily, isOn: Bool)? {
        guard type == Int(RTM_NEWNETCONF), let fixed = fixed(as: netconfmsg.self) else { return nil }
        var isOn: Bool?
        forEachAttribute(after: MemoryLayout<netconfmsg>.size) { attribute in
            if attribute.type == Int(NETCONFA_FORWARDING) { isOn = attribute.number != 0 }
        }
        guard let isOn else { return nil }
        return (fixed.ncm_family == UInt8(AF_INET6) ? .ipv6 : .ipv4, isOn)
    }
}
