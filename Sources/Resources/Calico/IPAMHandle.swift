import Addressing
import JSON

/// In which blocks somebody has addresses, as Calico's IPAM keeps it beside the blocks.
package struct IPAMHandle: Hashable, Sendable {
    package let name: String
    package let blocks: [Prefix]

    package init(_ document: Document) throws(ManifestError) {
        let spec = try Fields(document).fields("spec")
        guard let name = try spec.text("handleID") else { throw spec.error("handleID", expected: "a string") }
        self.name = name
        blocks = try Self.blocks(spec)
    }

    /// Takes a record, whose key ends with the handle's name: `…/handle/k8s-pod-network.4c1f90`.
    init(record: Fields) throws(ManifestError) {
        guard let parts = (try record.text("Key") ?? "").wholeMatch(of: #/.*/ipam/v2/handle/(?<name>[^/]+)/#) else {
            throw record.error("Key", expected: "/calico/ipam/v2/handle/NAME")
        }
        name = String(parts.name)
        blocks = try Self.blocks(try record.fields("Value"))
    }

    private static func blocks(_ holdings: Fields) throws(ManifestError) -> [Prefix] {
        let counts = try holdings.fields("block")
        var blocks: [Prefix] = []
        for member in counts.object.members {
            do throws(AddressError) { blocks.append(try Prefix(parsing: member.name)) } catch {
                throw counts.document.error(nameOf: counts.path(to: member.name), error.description)
            }
        }
        return blocks
    }
}
