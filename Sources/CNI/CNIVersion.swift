/// A version of the CNI specification that this plugin speaks; later ones compare greater.
package enum CNIVersion: String, CaseIterable, Sendable {
    case v010 = "0.1.0"
    case v020 = "0.2.0"
    case v030 = "0.3.0"
    case v031 = "0.3.1"
    case v040 = "0.4.0"
    case v100 = "1.0.0"
    case v110 = "1.1.0"

    /// The newest version.
    package static let newest = CNIVersion.v110

    /// All versions, oldest first, as a list for people.
    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

extension CNIVersion: Comparable {
    /// Orders by age.
    package static func < (left: CNIVersion, right: CNIVersion) -> Bool {
        // The digits are one each, so that their text is in the order of their age.
        left.rawValue < right.rawValue
    }
}

extension CNIVersion: CustomStringConvertible {
    /// The version as the configuration spells it.
    package var description: String { rawValue }
}
