import Addressing
internal import CMnl
import Glibc

extension MessageBatch {
    /// Puts an address on a link, without duplicate address detection.
    ///
    /// Like `ip addr add ADDRESS dev LINK nodad noprefixroute`.
    ///
    /// - Parameter hasPrefixRoute: whether the kernel makes a route for the address's prefix.
    package mutating func addAddress(
        _ address: InterfaceAddress, toLink index: Int32, hasPrefixRoute: Bool = false
    ) {
        var header = ifaddrmsg()
        header.ifa_family = family(of: address.address)
        header.ifa_prefixlen = UInt8(address.prefixLength)
        header.ifa_index = UInt32(bitPattern: index)
        let flags = UInt32(IFA_F_NODAD) | (hasPrefixRoute ? 0 : UInt32(IFA_F_NOPREFIXROUTE))
        add("add the address", type: Int(RTM_NEWADDR), flags: NLM_F_CREATE | NLM_F_EXCL, header: header) { message in
            message.put(IFA_LOCAL, address.address)
            message.put(IFA_ADDRESS, address.address)
            message.put(IFA_FLAGS, flags)
        }
    }
}

extension NetlinkSocket {
    /// The addresses of a link, link-local ones included. Like `ip addr show dev LINK`.
    package borrowing func addresses(ofLink index: Int32) throws(NetlinkError) -> [InterfaceAddress] {
        var addresses: [InterfaceAddress] = []
        for (owner, address) in try allAddresses() where owner == index { addresses.append(address) }
        return addresses
    }

    /// The addresses of all links, each with its link's number. Like `ip addr`.
    package borrowing func allAddresses() throws(NetlinkError) -> [(Int32, InterfaceAddress)] {
        try dump("list addresses", type: Int(RTM_GETADDR), header: ifaddrmsg(), read: readAddress)
    }
}

/// The link's number, and the address that has come to it or gone from it.
func readAddress(_ reply: NetlinkReply) -> (Int32, InterfaceAddress)? {
    guard reply.type == Int(RTM_NEWADDR) || reply.type == Int(RTM_DELADDR), let fixed = reply.fixed(as: ifaddrmsg.self)
    else { return nil }
    var local: IPAddress?
    var remote: IPAddress?
    reply.forEachAttribute(after: MemoryLayout<ifaddrmsg>.size) { attribute in
        switch attribute.type {
        case Int(IFA_LOCAL): local = attribute.address(family: fixed.ifa_family)
        case Int(IFA_ADDRESS): remote = attribute.address(family: fixed.ifa_family)
        default: break
        }
    }
    guard let address = local ?? remote,
        let whole = InterfaceAddress(address, prefixLength: Int(fixed.ifa_prefixlen))
    else { return nil }
    return (Int32(bitPattern: fixed.ifa_index), whole)
}

/// `AF_INET` or `AF_INET6`.
func family(of address: IPAddress) -> UInt8 { family(address.family) }

/// `AF_INET` or `AF_INET6`.
func family(_ family: AddressFamily) -> UInt8 {
    switch family {
    case .ipv4: UInt8(AF_INET)
    case .ipv6: UInt8(AF_INET6)
    }
}

extension Message {
    func put<Attribute: BinaryInteger>(_ type: Attribute, _ address: IPAddress) {
        address.withNetworkBytes { put(type, bytes: $0) }
    }
}

extension NetlinkAttribute {
    /// The address in the attribute, for `AF_INET` and `AF_INET6`.
    func address(family: UInt8) -> IPAddress? {
        switch Int32(family) {
        case AF_INET: IPAddress(family: .ipv4, bytes: bytes)
        case AF_INET6: IPAddress(family: .ipv6, bytes: bytes)
        default: nil
        }
    }
}
