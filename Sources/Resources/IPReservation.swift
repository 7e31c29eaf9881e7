import Addressing
import JSON

/// Addresses that no pod gets.
package struct IPReservation: ResourceObject {
    package static let kind = ResourceKind.ipReservation

    package var metadata: Metadata
    /// The addresses; a single one is a /32 or a /128.
    package var reservedCIDRs: [Prefix]

    /// Makes a reservation.
    package init(name: String, reservedCIDRs: [Prefix]) {
        metadata = Metadata(name: name)
        self.reservedCIDRs = reservedCIDRs
    }

    package init(_ document: Document) throws(ManifestError) {
        let envelope = try Envelope(document, of: Self.kind)
        try envelope.spec.check(carriedOut: ["reservedCIDRs"])
        metadata = envelope.metadata
        reservedCIDRs = try envelope.spec.addressings("reservedCIDRs", by: Prefix.init(prefixOrAddress:))
        if reservedCIDRs.isEmpty {
            throw envelope.spec.error("reservedCIDRs", expected: "at least one address or prefix")
        }
    }

    package var spec: JSON {
        ["reservedCIDRs": .array(reservedCIDRs.map { .string($0.description) })]
    }
}
