import Addressing

/// One interface of one container on one network: what ADD makes and DEL removes.
package struct Attachment: Hashable, Sendable {
    package let network: String
    package let containerID: String
    package let ifname: String

    package init(network: String, containerID: String, ifname: String) {
        self.network = network
        self.containerID = containerID
        self.ifname = ifname
    }

    /// What the host end of its link carries as alias: `network/container/ifname`.
    ///
    /// IFLA_IFALIAS holds at most 255 bytes; a longer container ID is replaced by its FNV-1a hash after a `#`.
    package var alias: String {
        let plain = network + "/" + containerID + "/" + ifname
        if plain.utf8.count <= 255 { return plain }
        let short = "#" + hexadecimal(fnv1a(containerID)) + "/" + ifname
        let whole = network + "/" + short
        return whole.utf8.count <= 255 ? whole : "#" + hexadecimal(fnv1a(network)) + "/" + short
    }
}

extension Attachment {
    /// The attachment that an alias names; nil for text that is no alias, or one that holds a hash.
    package init?(alias: String) {
        let parts = alias.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix("#") }) else { return nil }
        self.init(network: String(parts[0]), containerID: String(parts[1]), ifname: String(parts[2]))
    }
}

/// An address held by an attachment.
package struct Lease: Hashable, Sendable {
    package var address: IPAddress
    /// The block's row in the ledger.
    package var block: Int
    package var blockCIDR: Prefix
    package var attachment: Attachment
    package var hostInterface: String
    package var mac: String
    package var bootID: String
    /// Whether the block is the node's; else the cluster has given it to another while the lease lasted.
    package var isInOwnBlock = true

    package init(
        address: IPAddress, block: Int, blockCIDR: Prefix, attachment: Attachment, hostInterface: String, mac: String,
        bootID: String
    ) {
        self.address = address
        self.block = block
        self.blockCIDR = blockCIDR
        self.attachment = attachment
        self.hostInterface = hostInterface
        self.mac = mac
        self.bootID = bootID
    }
}

/// Sixteen lower-case hexadecimal digits.
private func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}
