import Addressing
import JSON

/// Which node claims a block, as Calico's IPAM keeps it beside the block.
package struct BlockAffinity: Hashable, Sendable {
    package let cidr: Prefix
    package let node: String
    /// Whether the claim stands: not one that is being made or given up.
    package let isConfirmed: Bool

    package init(_ document: Document) throws(ManifestError) {
        let spec = try Fields(document).fields("spec")
        cidr = try spec.prefix("cidr", by: Prefix.init(parsing:))
        guard let node = try spec.text("node") else { throw spec.error("node", expected: "a string") }
        self.node = node
        let state = try spec.text("state") ?? "confirmed"
        let isDeleted = try spec.truth("deleted") ?? false
        isConfirmed = state == "confirmed" && !isDeleted
    }
}
