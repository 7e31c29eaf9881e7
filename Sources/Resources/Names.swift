/// What an object may be called, as Kubernetes has it.
let subdomainRule =
    "an RFC 1123 subdomain (at most 253 letters a to z, digits, '-' and '.', each part of it with a letter or digit at "
    + "either end)"

func isSubdomain(_ text: String) -> Bool {
    text.utf8.count <= 253
        && text.utf8.split(separator: .dot, omittingEmptySubsequences: false).allSatisfy { part in
            isWord(part, with: { $0.isSmallOrDigit }, inside: { $0 == .hyphen })
        }
}

/// What a label may be called.
let labelNameRule =
    "a label's name (at most 63 letters, digits, '-', '_' and '.', a letter or digit at either end; before it there may "
    + "be a subdomain and '/')"

func isLabelName(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    switch parts.count {
    case 1: return isLabelWord(text)
    case 2: return isSubdomain(String(parts[0])) && isLabelWord(String(parts[1]))
    default: return false
    }
}

/// What a label may say.
let labelTextRule =
    "a label's value (at most 63 letters, digits, '-', '_' and '.', a letter or digit at either end, or nothing at all)"

func isLabelText(_ text: String) -> Bool { text.isEmpty || isLabelWord(text) }

private func isLabelWord(_ text: String) -> Bool {
    text.utf8.count <= 63
        && isWord(
            text.utf8, with: { $0.isSmallOrDigit || $0.isCapital },
            inside: { $0 == .hyphen || $0 == .dot || $0 == .underscore })
}

/// Whether a text has the one sort of byte at either end, and within it also the other.
private func isWord(
    _ text: some BidirectionalCollection<UInt8>, with outer: (UInt8) -> Bool, inside inner: (UInt8) -> Bool
) -> Bool {
    guard let first = text.first, let last = text.last, outer(first), outer(last) else { return false }
    return text.allSatisfy { outer($0) || inner($0) }
}

extension UInt8 {
    fileprivate static let dot: UInt8 = 0x2E
    fileprivate static let hyphen: UInt8 = 0x2D
    fileprivate static let underscore: UInt8 = 0x5F

    fileprivate var isSmallOrDigit: Bool { self >= 0x61 && self <= 0x7A || self >= 0x30 && self <= 0x39 }
    fileprivate var isCapital: Bool { self >= 0x41 && self <= 0x5A }
}
