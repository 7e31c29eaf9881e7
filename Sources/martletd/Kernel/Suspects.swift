import Audit
import IPAM

/// What was found in look after look, and since when: whoever frees something wants to have seen it more than once.
struct Suspects {
    typealias Instant = ContinuousClock.Instant

    /// One that has come again meanwhile is another.
    private struct Name: Hashable {
        let code: Finding.Code
        let subject: String
        let attachment: Attachment?
        let since: Int?

        init(_ finding: Finding) {
            code = finding.code
            subject = finding.subject
            attachment = finding.attachment
            since = finding.since
        }
    }

    private var firstSeen: [Name: Instant] = [:]

    /// Takes what a look has found; what it has not is cleared of suspicion.
    mutating func take(_ findings: [Finding], _ now: Instant) {
        let before = firstSeen
        firstSeen = [:]
        for finding in findings { firstSeen[Name(finding)] = before[Name(finding)] ?? now }
    }

    /// Begins anew with a finding.
    mutating func clear(_ finding: Finding) { firstSeen[Name(finding)] = nil }

    /// Since when something has been found in every look.
    func seenSince(_ finding: Finding) -> Instant? { firstSeen[Name(finding)] }
}
