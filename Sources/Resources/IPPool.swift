import Addressing
import IPAM
import JSON

/// A range of addresses for pods.
package struct IPPool: ResourceObject {
    package static let kind = ResourceKind.ipPool

    package var metadata: Metadata
    package var cidr: Prefix
    /// Prefix length of its blocks.
    package var blockSize: Int
    /// Whether pods reach what is outside all pools by their node's address.
    package var natOutgoing = false
    /// Whether it gives out nothing new.
    package var disabled = false
    /// Whether other nodes are not told of its blocks.
    package var disableBGPExport = false
    /// Which nodes may use it, as it was written.
    package var nodeSelector = Pool.everyNode
    package var assignmentMode = AssignmentMode.automatic
    package var allowedUses = Use.standard

    /// Who gets its addresses.
    package enum AssignmentMode: String, CaseIterable, Sendable {
        case automatic = "Automatic"
        /// Those who ask for the pool by name.
        case manual = "Manual"
    }

    /// What its addresses are for.
    package enum Use: String, CaseIterable, Sendable {
        case workload = "Workload"
        /// The ends of tunnels, which Martlet has none of.
        case tunnel = "Tunnel"

        /// What Calico's pools are for unless they say otherwise.
        package static let standard: Set<Use> = [.workload, .tunnel]
    }

    /// Makes a pool with Calico's defaults.
    package init(name: String, cidr: Prefix, blockSize: Int? = nil) {
        metadata = Metadata(name: name)
        self.cidr = cidr
        self.blockSize = blockSize ?? Pool.defaultBlockLength(cidr.family)
    }

    /// The manifest of a pool that the allocator knows.
    package init(_ pool: Pool) {
        self.init(name: pool.name, cidr: pool.cidr, blockSize: pool.blockLength)
        natOutgoing = pool.natOutgoing
        disabled = pool.disabled
        disableBGPExport = !pool.isExported
        nodeSelector = pool.nodeSelector
        assignmentMode = pool.isAutomatic ? .automatic : .manual
    }

    /// The pool as the allocator knows it.
    package var pool: Pool {
        var pool = Pool(
            name: name, cidr: cidr, blockLength: blockSize, natOutgoing: natOutgoing, disabled: disabled)
        pool.nodeSelector = nodeSelector
        pool.isAutomatic = assignmentMode == .automatic
        pool.isExported = !disableBGPExport
        return pool
    }
}

extension IPPool {
    private static let encapsulation = "Martlet does not encapsulate"

    private static let refused = [
        Refusal("ipipMode", harmless: ["Never"], because: encapsulation),
        Refusal("vxlanMode", harmless: ["Never"], because: encapsulation),
        Refusal("ipip", because: encapsulation),
        Refusal("nat-outgoing", because: "natOutgoing took its place"),
        Refusal("namespaceSelector", harmless: ["all()"], because: "Martlet does not know the labels of namespaces"),
    ]

    package init(_ document: Document) throws(ManifestError) {
        let envelope = try Envelope(document, of: Self.kind)
        let spec = envelope.spec
        try spec.check(
            carriedOut: [
                "cidr", "blockSize", "natOutgoing", "disabled", "disableBGPExport", "nodeSelector", "assignmentMode",
                "allowedUses",
            ], refused: Self.refused)
        let cidr = try spec.prefix("cidr", by: Prefix.init(parsing:))
        self.init(name: envelope.metadata.name, cidr: cidr)
        metadata = envelope.metadata
        natOutgoing = try spec.truth("natOutgoing") ?? false
        disabled = try spec.truth("disabled") ?? false
        disableBGPExport = try spec.truth("disableBGPExport") ?? false
        blockSize = try Self.blockSize(spec, cidr.family, isExported: !disableBGPExport) ?? blockSize
        nodeSelector = try spec.selector("nodeSelector") ?? nodeSelector
        assignmentMode = try spec.choice("assignmentMode") ?? assignmentMode
        allowedUses = try Self.uses(spec)
        do throws(PoolProblem) {
            try PoolProblem.check(pool)
        } catch {
            throw document.error(spec.path(to: "cidr"), error.description)
        }
    }

    /// Blocks of one address have no route of their own, and so cannot be announced.
    private static func blockSize(
        _ spec: Fields, _ family: AddressFamily, isExported: Bool
    ) throws(ManifestError) -> Int? {
        let lengths = Pool.blockLengths(family)
        let length = try spec.number("blockSize", in: lengths.lowerBound...family.bits)
        guard let length, isExported, !lengths.contains(length) else { return length }
        throw spec.error(
            "blockSize", expected: "at most \(lengths.upperBound)", because: Pool.singleAddressObjection(family))
    }

    private static func uses(_ spec: Fields) throws(ManifestError) -> Set<Use> {
        let reason = "Martlet gives addresses to pods alone"
        let uses = try spec.values(
            "allowedUses", expected: "Workload or Tunnel", because: reason, Use.init(rawValue:))
        guard uses.isEmpty || uses.contains(.workload) else {
            throw spec.error("allowedUses", expected: "Workload among them", because: reason)
        }
        return uses.isEmpty ? Use.standard : Set(uses)
    }

    package var spec: JSON {
        var members: [JSON.Member] = [
            .init("cidr", .string(cidr.description)),
            .init("blockSize", JSON(blockSize)),
            // Said in words, so that Calico takes the manifest in the same sense.
            .init("ipipMode", "Never"),
            .init("vxlanMode", "Never"),
            .init("natOutgoing", .bool(natOutgoing)),
        ]
        if disabled { members.append(.init("disabled", true)) }
        if disableBGPExport { members.append(.init("disableBGPExport", true)) }
        let uses = Use.allCases.filter { allowedUses.contains($0) }
        members.append(.init("nodeSelector", .string(nodeSelector)))
        members.append(.init("assignmentMode", .string(assignmentMode.rawValue)))
        members.append(.init("allowedUses", .array(uses.map { .string($0.rawValue) })))
        return .object(members)
    }
}
