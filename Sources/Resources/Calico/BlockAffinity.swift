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
        isConfirmed = try Self.isConfirmed(spec)
    }

    /// Takes a record, whose key says which block and which node it is about: `…/host/node1/ipv4/block/10.0.0.0-26`.
    init(record: Fields) throws(ManifestError) {
        let key = try record.text("Key") ?? ""
        let form = #/.*/ipam/v2/[^/]+/(?<node>[^/]+)/ipv./block/(?<first>[^/]+)-(?<length>\d+)/#
        guard let parts = key.wholeMatch(of: form) else {
            throw record.error("Key", expected: "/calico/ipam/v2/host/NODE/ipv4/block/ADDRESS-LENGTH")
        }
        do throws(AddressError) { cidr = try Prefix(parsing: "\(parts.first)/\(parts.length)") } catch {
            throw record.document.error(record.path(to: "Key"), error.description)
        }
        node = String(parts.node)
        isConfirmed = try Self.isConfirmed(try record.fields("Value"))
    }

    private static func isConfirmed(_ claim: Fields) throws(ManifestError) -> Bool {
        let state = try claim.text("state") ?? "confirmed"
        let isDeleted = try claim.truth("deleted") ?? false
        return state == "confirmed" && !isDeleted
    }
}
