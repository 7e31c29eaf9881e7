import JSON

/// A field that Calico has and Martlet does not carry out.
struct Refusal {
    let name: String
    /// Values that ask for what Martlet does anyway.
    let harmless: [JSON]
    let reason: String

    init(_ name: String, harmless: [JSON] = [], because reason: String) {
        self.name = name
        self.harmless = harmless
        self.reason = reason
    }

    /// The values that are taken, for an error about one that is not.
    fileprivate var expected: String {
        let words = harmless.map { if case .string(let text) = $0 { text } else { $0.description } }
        return words.isEmpty ? "nothing" : words.joined(separator: " or ")
    }
}

extension Fields {
    /// Looks for fields that are unknown, or that ask for what Martlet does not do.
    func check(carriedOut: [String], refused: [Refusal] = []) throws(ManifestError) {
        for member in object.members where !carriedOut.contains(member.name) {
            guard let refusal = refused.first(where: { $0.name == member.name }) else {
                throw unknown(member.name, among: carriedOut + refused.map(\.name))
            }
            guard member.value.isNothing || refusal.harmless.contains(member.value) else {
                throw error(member.name, expected: refusal.expected, because: refusal.reason)
            }
        }
    }

    private func unknown(_ name: String, among known: [String]) -> ManifestError {
        let help = nearest(to: name, among: known).map { "did you mean \($0)?" }
        return document.error(
            nameOf: path(to: name), "unknown field, " + (help ?? "expected one of \(known.joined(separator: ", "))"))
    }
}

extension JSON {
    /// Whether it is what Go leaves out when it prints, and so says no more than an absent field.
    fileprivate var isNothing: Bool {
        switch self {
        case .null, .bool(false), .string(""), .array([]), .object([]), .number("0"): true
        default: false
        }
    }
}
