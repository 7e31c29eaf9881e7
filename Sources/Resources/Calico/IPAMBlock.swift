import Addressing
import JSON

/// A block of addresses as Calico's IPAM keeps it (`kubectl get ipamblocks`): read where a node moves in, never declared.
package struct IPAMBlock: Hashable, Sendable {
    package let cidr: Prefix
    /// The node that owns it; nil for a block of nobody's, or one that is no node's.
    package let host: String?
    /// What the block says of its owner, `host:node1`; empty for none.
    package let affinity: String
    /// The addresses that are given out, in their order.
    package let allocations: [Allocation]

    /// An address that is given out.
    package struct Allocation: Hashable, Sendable {
        package let address: IPAddress
        /// Whose it is, `k8s-pod-network.CONTAINER` or `ipip-tunnel-addr-NODE`; nil where nobody has said so.
        package let handle: String?
        /// The node that its holder runs on.
        package let node: String?
        package let namespace: String?
        package let pod: String?
    }

    package init(_ document: Document) throws(ManifestError) {
        try self.init(try Fields(document).fields("spec"))
    }

    /// Reads what a manifest's `spec` and a record's `Value` have in common, which is all that counts.
    init(_ spec: Fields) throws(ManifestError) {
        cidr = try spec.prefix("cidr", by: Prefix.init(parsing:))
        affinity = try spec.text("affinity") ?? ""
        host = affinity.hasPrefix("host:") ? String(affinity.dropFirst(5)) : nil
        let attributes = try spec.list("attributes")
        let indexes = try spec.elements("allocations")
        guard UInt128(indexes.count) == cidr.count else {
            throw spec.document.error(
                spec.path(to: "allocations"),
                "expected \(cidr.count) elements, one for each address of \(cidr), "
                    + "found \(indexes.count)")
        }
        var allocations: [Allocation] = []
        for (ordinal, index) in indexes.enumerated() where index != .null {
            guard let number = index.integer, attributes.indices.contains(number) else {
                throw spec.document.error(
                    .index(spec.path(to: "allocations"), ordinal),
                    expected: "null or the number of one of \(attributes.count) attributes", found: index)
            }
            guard let address = cidr.first.advanced(by: UInt128(ordinal)) else { continue }
            if let allocation = try Allocation(address, attributes[number]) { allocations.append(allocation) }
        }
        self.allocations = allocations
    }
}

extension IPAMBlock.Allocation {
    /// Nil for an address that was released and only rests.
    fileprivate init?(_ address: IPAddress, _ attribute: Fields) throws(ManifestError) {
        let handle = try attribute.text("handle_id")
        if handle == nil, try attribute.text("releasedAt") != nil { return nil }
        let words = try attribute.fields("secondary")
        self.address = address
        self.handle = handle
        node = try words.text("node")
        namespace = try words.text("namespace")
        pod = try words.text("pod")
    }
}
