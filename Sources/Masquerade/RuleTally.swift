/// What a rule of the table is for; its comment says so, and for which plan it was made.
enum RulePurpose {
    case natOutgoing
    case sourceGuard

    private var words: StaticString {
        switch self {
        case .natOutgoing: "martlet: nat-outgoing "
        case .sourceGuard: "martlet: source-guard "
        }
    }

    /// `martlet: nat-outgoing f60f0530acfdbc15`, the plan's digest in 16 hexadecimal digits.
    func comment(_ digest: UInt64) -> String {
        var bytes = words.withUTF8Buffer { Array($0) }
        for position in 0..<16 { bytes.append(RulePurpose.digit(position, of: digest)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether these bytes are that comment; without a digest, whether they are so for any plan.
    func isComment(_ bytes: UnsafeRawBufferPointer, _ digest: UInt64?) -> Bool {
        words.withUTF8Buffer { words in
            guard bytes.count == words.count + 16 else { return false }
            for index in 0..<words.count where bytes[index] != words[index] { return false }
            guard let digest else { return true }
            for position in 0..<16 where bytes[words.count + position] != RulePurpose.digit(position, of: digest) {
                return false
            }
            return true
        }
    }

    private static func digit(_ position: Int, of digest: UInt64) -> UInt8 {
        let digit = UInt8(truncatingIfNeeded: digest >> UInt64(60 - 4 * position)) & 0xF
        return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}

/// How many rules of each purpose a table has, for one plan's digest or for any.
struct RuleTally: Equatable {
    private var natOutgoing = 0
    private var sourceGuard = 0
    /// Rules for another plan, and those that are not Martlet's.
    private var others = 0

    /// No rules yet.
    init() {}

    /// The rules of the plan.
    init(_ plan: MasqueradePlan) {
        if plan.masquerades(.ipv4) { natOutgoing += 1 }
        if plan.masquerades(.ipv6) { natOutgoing += 1 }
        if plan.guardsIPv6Sources { sourceGuard += 1 }
    }

    /// Counts a rule by its comment; a rule without one has an empty comment.
    mutating func count(_ comment: UnsafeRawBufferPointer, _ digest: UInt64?) {
        if RulePurpose.natOutgoing.isComment(comment, digest) {
            natOutgoing += 1
        } else if RulePurpose.sourceGuard.isComment(comment, digest) {
            sourceGuard += 1
        } else {
            others += 1
        }
    }

    /// Whether all that the others do is done, and nothing else beside it.
    func serves(_ wanted: RuleTally) -> Bool {
        others == 0 && natOutgoing >= wanted.natOutgoing && sourceGuard >= wanted.sourceGuard
    }
}
