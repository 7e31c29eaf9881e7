/// Why the nftables table is not, or may not be, as it should be.
package struct MasqueradeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was tried, what came of it, and where something can be done about it, what that is.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
