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
        let counts = try spec.fields("block")
        var blocks: [Prefix] = []
        for member in counts.object.members {
            do throws(AddressError) { blocks.append(try Prefix(parsing: member.name)) } catch {
                throw document.error(nameOf: counts.path(to: member.name), error.description)
            }
        }
        self.blocks = blocks
    }
}
