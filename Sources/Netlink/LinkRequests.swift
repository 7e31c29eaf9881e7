import Addressing
internal import CMnl
import Glibc

/// A veth pair as it is to be born: one end here, the other inside another namespace, veth(4).
package struct VethRequest: Sendable {
    /// Host end: its name (at most 15 bytes), number, address and group.
    package let hostName: String
    package let hostIndex: Int32
    package let hostMAC: MACAddress
    package let group: UInt32
    /// Pod end.
    package let podName: String
    package let podIndex: Int32
    package let podMAC: MACAddress
    /// Descriptor of the pod's namespace.
    package let podNamespace: Int32
    /// Bytes, both ends.
    package let mtu: Int

    package init(
        hostName: String, hostIndex: Int32, hostMAC: MACAddress, group: UInt32,
        podName: String, podIndex: Int32, podMAC: MACAddress, podNamespace: Int32, mtu: Int
    ) {
        self.hostName = hostName
        self.hostIndex = hostIndex
        self.hostMAC = hostMAC
        self.group = group
        self.podName = podName
        self.podIndex = podIndex
        self.podMAC = podMAC
        self.podNamespace = podNamespace
        self.mtu = mtu
    }
}

/// IPv4 settings of one link, as `/proc/sys/net/ipv4/conf/LINK` shows them.
package struct LinkSettings: Hashable, Sendable {
    package var proxyARP: UInt32
    package var forwarding: UInt32
    /// Reverse path filter: 1 drops what would not be answered by the same way.
    package var reversePathFilter: UInt32
    /// Whether 127.0.0.0/8 may be reached through the link.
    package var routesLoopback: UInt32

    package init(proxyARP: UInt32, forwarding: UInt32, reversePathFilter: UInt32, routesLoopback: UInt32) {
        self.proxyARP = proxyARP
        self.forwarding = forwarding
        self.reversePathFilter = reversePathFilter
        self.routesLoopback = routesLoopback
    }
}

extension MessageBatch {
    /// Makes a veth pair whose peer is born in another namespace: no device ever moves.
    ///
    /// Like `ip link add HOST index N address MAC up type veth peer name POD netns …`. The host end comes up with it;
    /// the pod's end cannot (ENOTCONN: the pair is not joined yet). One queue each: with the default the kernel makes
    /// one per processor and waits twice for an RCU grace period to trim them.
    package mutating func addVeth(_ veth: VethRequest) {
        var header = ifinfomsg()
        header.ifi_index = veth.hostIndex
        header.ifi_flags = UInt32(IFF_UP)
        header.ifi_change = UInt32(IFF_UP)
        add("add the veth pair", type: Int(RTM_NEWLINK), flags: NLM_F_CREATE | NLM_F_EXCL, header: header) { message in
            message.put(IFLA_IFNAME, veth.hostName)
            veth.hostMAC.withBytes { message.put(IFLA_ADDRESS, bytes: $0) }
            message.put(IFLA_GROUP, veth.group)
            putSize(message, mtu: veth.mtu)
            message.nest(IFLA_LINKINFO) {
                message.put(IFLA_INFO_KIND, "veth")
                message.nest(IFLA_INFO_DATA) {
                    message.nest(VETH_INFO_PEER) {
                        var peer = ifinfomsg()
                        peer.ifi_index = veth.podIndex
                        message.putExtra(peer)
                        message.put(IFLA_IFNAME, veth.podName)
                        veth.podMAC.withBytes { message.put(IFLA_ADDRESS, bytes: $0) }
                        putSize(message, mtu: veth.mtu)
                        message.put(IFLA_NET_NS_FD, UInt32(bitPattern: veth.podNamespace))
                    }
                }
            }
        }
    }

    /// Gives a link its alias (at most 255 bytes), its group and its IPv4 settings.
    ///
    /// One message instead of a file of /proc/sys for each setting. The kernel does not look at an alias in the message
    /// that makes a link.
    package mutating func set(alias: String, group: UInt32, settings: LinkSettings, ofLink index: Int32) {
        var header = ifinfomsg()
        header.ifi_index = index
        add("set up the host's end of the link", type: Int(RTM_SETLINK), flags: 0, header: header) { message in
            message.put(IFLA_IFALIAS, alias)
            message.put(IFLA_GROUP, group)
            message.nest(IFLA_AF_SPEC) {
                message.nest(AF_INET) {
                    message.nest(IFLA_INET_CONF) {
                        message.put(IPV4_DEVCONF_PROXY_ARP, settings.proxyARP)
                        message.put(IPV4_DEVCONF_FORWARDING, settings.forwarding)
                        message.put(IPV4_DEVCONF_RP_FILTER, settings.reversePathFilter)
                        message.put(IPV4_DEVCONF_ROUTE_LOCALNET, settings.routesLoopback)
                    }
                }
            }
        }
    }

    /// Gives a link its alias. Like `ip link set LINK alias ALIAS`.
    package mutating func set(alias: String, ofLink index: Int32) {
        var header = ifinfomsg()
        header.ifi_index = index
        add("set the link's alias", type: Int(RTM_SETLINK), flags: 0, header: header) { message in
            message.put(IFLA_IFALIAS, alias)
        }
    }

    /// Answers ARP for others at once; the kernel's default is a random wait of up to 0.8 s.
    ///
    /// Like `echo 0 > /proc/sys/net/ipv4/neigh/LINK/proxy_delay`.
    package mutating func answerProxyARPWithoutDelay(onLink index: Int32) {
        var header = ndtmsg()
        header.ndtm_family = UInt8(AF_INET)
        add("set the link's proxy_delay", type: Int(RTM_SETNEIGHTBL), flags: 0, header: header) { message in
            message.put(NDTA_NAME, "arp_cache")
            message.nest(NDTA_PARMS) {
                message.put(NDTPA_IFINDEX, UInt32(bitPattern: index))
                message.put(NDTPA_PROXY_DELAY, UInt64(0))
            }
        }
    }

    /// Sets a link up and lets it tell its neighbours when its MAC changes (`arp_notify`).
    package mutating func setUpAnnouncing(link index: Int32) {
        var header = ifinfomsg()
        header.ifi_index = index
        header.ifi_flags = UInt32(IFF_UP)
        header.ifi_change = UInt32(IFF_UP)
        add("set the pod's end up", type: Int(RTM_SETLINK), flags: 0, header: header) { message in
            message.nest(IFLA_AF_SPEC) {
                message.nest(AF_INET) {
                    message.nest(IFLA_INET_CONF) { message.put(IPV4_DEVCONF_ARP_NOTIFY, UInt32(1)) }
                }
            }
        }
    }

    /// Sets a link up. Like `ip link set LINK up`.
    package mutating func setUp(link index: Int32) {
        var header = ifinfomsg()
        header.ifi_index = index
        header.ifi_flags = UInt32(IFF_UP)
        header.ifi_change = UInt32(IFF_UP)
        add("set the link up", type: Int(RTM_NEWLINK), flags: 0, header: header)
    }

    /// Sets a link's address and MTU in bytes. Like `ip link set LINK address MAC mtu MTU`.
    package mutating func set(mac: MACAddress, mtu: Int, ofLink index: Int32) {
        var header = ifinfomsg()
        header.ifi_index = index
        add("set the link's MAC and MTU", type: Int(RTM_SETLINK), flags: 0, header: header) { message in
            mac.withBytes { message.put(IFLA_ADDRESS, bytes: $0) }
            message.put(IFLA_MTU, UInt32(mtu))
        }
    }

    /// Puts a link into a group, so that many can be removed at once. Like `ip link set LINK group N`.
    package mutating func setGroup(_ group: UInt32, ofLink index: Int32) {
        var header = ifinfomsg()
        header.ifi_index = index
        add("set the link's group", type: Int(RTM_SETLINK), flags: 0, header: header) { message in
            message.put(IFLA_GROUP, group)
        }
    }

    /// Removes a link, and with a veth its peer. The kernel answers after an RCU barrier, 10 to 50 ms later.
    package mutating func removeLink(_ index: Int32) {
        var header = ifinfomsg()
        header.ifi_index = index
        add("remove the link", type: Int(RTM_DELLINK), flags: 0, header: header)
    }

    /// Removes all links of a group. Like `ip link del group N`.
    package mutating func removeLinks(group: UInt32) {
        add("remove the links of a group", type: Int(RTM_DELLINK), flags: 0, header: ifinfomsg()) { message in
            message.put(IFLA_GROUP, group)
        }
    }
}

private func putSize(_ message: borrowing Message, mtu: Int) {
    message.put(IFLA_MTU, UInt32(mtu))
    message.put(IFLA_NUM_TX_QUEUES, UInt32(1))
    message.put(IFLA_NUM_RX_QUEUES, UInt32(1))
}
