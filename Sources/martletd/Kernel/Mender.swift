import AgentConfiguration
import Audit
import IPAM
import Ledger
import Logging

/// Audits, and mends of the findings what `Treatment` says.
struct Mender {
    /// What is put back as one thing.
    private enum Subject: Hashable {
        case blackholes
        case pod(Attachment)
        case other(Finding.Code, String)

        init(_ finding: Finding) {
            if let attachment = finding.attachment {
                self = .pod(attachment)
            } else if finding.code == .blackholeMissing || finding.code == .blackholeForeign {
                self = .blackholes
            } else {
                self = .other(finding.code, finding.subject)
            }
        }

        var isForwarding: Bool {
            if case .other(.forwardingOff, _) = self { true } else { false }
        }
    }

    private let book: NodeBook
    private let options: AuditOptions
    private let leavesForwarding: Bool
    private let log: Logger
    private var contention = Contention<Subject>()
    /// What findings of things are called that were put back lately.
    private var names: [Subject: String] = [:]
    /// What the last full look had to say of what brief ones do not look at.
    private var standing: [String] = []
    /// What is wrong and stays so, for people.
    private(set) var complaints: [String] = []
    /// What the last look has found and not put right, by code; what brief looks pass over is of the last full one.
    private(set) var found: [Finding.Code: Int] = [:]
    /// What the last look has put right.
    private(set) var mended: [Finding.Code: Int] = [:]
    /// When something is to be tried again that was not tried this time.
    private(set) var nextTry: ContinuousClock.Instant?

    init(_ configuration: AgentConfiguration, _ book: NodeBook, _ log: Logger) {
        self.book = book
        self.log = log
        leavesForwarding = configuration.leavesForwarding
        options = AuditOptions(configuration)
    }

    /// Whose ledger it is.
    var node: String { book.node }

    /// Looks and mends; answers the ledger, or nil where there is none.
    mutating func look(isBrief: Bool) throws(AuditError) -> LedgerSnapshot? {
        var options = options
        options.isBrief = isBrief
        nextTry = nil
        mended = [:]
        var left: [Finding] = []
        let ledger = try book.open { (book, directory) throws(AuditError) in
            let report = try Audit.run(book, directory, options)
            left = mend(report, Repair(options), book, directory)
            note(report.findings, left, isBrief: isBrief)
            return report.ledger
        }
        if !isBrief { standing = left.filter(\.code.isOnlySeenInFull).map(\.complaint) }
        complaints = standing + left.filter { !$0.code.isOnlySeenInFull }.map(\.complaint) + contended()
        return ledger
    }

    /// Mends what is to be mended; answers what is still wrong.
    private mutating func mend(
        _ report: AuditReport, _ repair: borrowing Repair, _ book: borrowing Ledger,
        _ directory: borrowing LedgerDirectory
    ) -> [Finding] {
        var left: [Finding] = []
        // One repair puts all of a pod right, one all blackholes.
        var done: Set<Subject> = []
        for lot in Repair.lots(of: Self.ordered(report.findings)) {
            // The kernel has switched that of all links off and on with it: most of the rest is not so any more.
            if done.contains(where: \.isForwarding), lot.contains(where: { $0.attachment != nil }) { break }
            let due = lot.filter { isToBeMended($0, report, done, &left) }
            for (finding, result) in repair.mend(lot: due, book, directory) {
                switch result {
                case .success(.repaired(let text)):
                    done.insert(Subject(finding))
                    noteRepair(of: finding, text)
                case .success(.gone): done.insert(Subject(finding))
                case .success(.left): left.append(finding)
                case .failure(let error):
                    log.warning("\(finding.code.rawValue) \(finding.subject) cannot be repaired: \(error)")
                    left.append(finding)
                }
            }
        }
        return left
    }

    /// Whether to mend it now; else it is done, left, or not a matter for this.
    private mutating func isToBeMended(
        _ finding: Finding, _ report: AuditReport, _ done: Set<Subject>, _ left: inout [Finding]
    ) -> Bool {
        switch treatment(of: finding, report) {
        case .none, .collect: return false
        case .tell: break
        case .mend:
            if done.contains(Subject(finding)) { return false }
            guard let pause = contention.pause(of: Subject(finding), ContinuousClock.now) else { return true }
            nextTry = min(nextTry ?? pause, pause)
        }
        left.append(finding)
        return false
    }

    /// What concerns all pods before what concerns one.
    private static func ordered(_ findings: [Finding]) -> [Finding] {
        let ordered = Repair.ordered(findings)
        let urgent: [Finding.Code] = [.forwardingOff, .blackholeMissing, .blackholeForeign]
        return urgent.flatMap { code in ordered.filter { $0.code == code } }
            + ordered.filter { !urgent.contains($0.code) }
    }

    /// Counts what the look has found and left.
    private mutating func note(_ findings: [Finding], _ left: [Finding], isBrief: Bool) {
        let passedOver = isBrief ? found.filter { $0.key.isOnlySeenInFull } : [:]
        let others = findings.filter { [.none, .collect].contains($0.code.treatment) }
        found = (left + others).reduce(into: passedOver) { $0[$1.code, default: 0] += 1 }
    }

    private func treatment(of finding: Finding, _ report: AuditReport) -> Treatment {
        let treatment = finding.code.treatment
        guard treatment == .mend else { return treatment }
        // A damaged ledger proves nothing.
        if report.isDamaged { return .tell }
        return leavesForwarding && finding.code == .forwardingOff ? .tell : .mend
    }

    private mutating func noteRepair(of finding: Finding, _ text: String) {
        log.notice("\(text)", metadata: ["found": "\(finding.code.rawValue)", "text": "\(finding.text)"])
        mended[finding.code, default: 0] += 1
        names[Subject(finding)] = "\(finding.code.rawValue) \(finding.subject)"
        let now = ContinuousClock.now
        contention.note(Subject(finding), now)
        // Not every repair makes an event; a second look tells whether it lasts.
        nextTry = now
    }

    private mutating func contended() -> [String] {
        let now = ContinuousClock.now
        let (contended, until) = contention.contended(now)
        names = names.filter { contention.isRemembered($0.key, now) }
        if let until { nextTry = min(nextTry ?? until, until) }
        return contended.compactMap { names[$0] }.sorted().map {
            "\($0) was put back \(contention.limit) times in a row and does not stay: something else takes it away, or "
                + "it cannot be put back"
        }
    }
}

extension Finding {
    /// For an alarm.
    fileprivate var complaint: String { "\(code.rawValue) \(subject): \(text) (\(repair))" }
}

extension Finding.Code {
    /// Whether a brief audit does not look for it.
    fileprivate var isOnlySeenInFull: Bool {
        switch self {
        case .integrity, .forwardDropped, .podLink, .podAddress, .podRoute, .podNeighbour: true
        default: false
        }
    }
}
