import Addressing
import CNI
import Dataplane
import IPAM
import Netlink

extension Attachment {
    /// The MAC of the pod's end where nobody asks for one: unicast and locally administered (IEEE 802, bits 0 and 1 of
    /// the first octet).
    ///
    /// Made of the alias's hash, so that CHECK knows it again where no lease says it. It has to be nobody else's on its
    /// link only, which has two ends.
    var mac: MACAddress { MACAddress(fnv1a(alias) & 0xFCFF_FFFF_FFFF | 0x0200_0000_0000) }

    /// Whether a link is that of the container's interface, on this network or, if its alias says so, on another.
    func isOnAnyNetwork(_ link: Link) -> Bool {
        LinkOwner(alias: alias).owns(link) || link.alias.hasSuffix("/" + containerID + "/" + ifname)
    }
}

/// Names for the host end of a pod's link, 15 bytes each: the most that an interface name holds.
enum HostInterfaceName {
    /// Calico's: `cali` and 11 digits of the SHA-1 of `namespace.pod`. Nil when the runtime names no pod.
    static func ofPod(_ arguments: CNIArguments) -> String? {
        guard let namespace = arguments.podNamespace, let name = arguments.podName else { return nil }
        return prefixed(of: namespace + "." + name)
    }

    /// `cali` and 11 digits of the SHA-1 of `network.container.ifname`: for second interfaces, and where there is no pod.
    static func of(_ attachment: Attachment) -> String {
        prefixed(of: attachment.network + "." + attachment.containerID + "." + attachment.ifname)
    }

    /// The names that the attachment's link may have, the preferred one first.
    static func candidates(_ attachment: Attachment, _ arguments: CNIArguments) -> [String] {
        guard let pod = ofPod(arguments) else { return [of(attachment)] }
        return [pod, of(attachment)]
    }

    private static func prefixed(of text: String) -> String { "cali" + SHA1.hexadecimal(of: text, count: 11) }
}
