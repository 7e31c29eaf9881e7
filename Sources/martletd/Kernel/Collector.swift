import Addressing
import AgentConfiguration
import Audit
import IPAM
import Ledger
import Logging
import ServiceLifecycle
import System

/// Frees leases that are proven dead, and gives back blocks that have been empty for long.
///
/// A lease is freed whose link and sandbox are both gone (or its link, since an earlier boot) in two looks a minute apart,
/// and then in a third under its lock. A block goes after `keep_empty_seconds`, unless the node would have to claim
/// another at once to have as many free addresses as `low_water` says.
struct Collector: Service {
    let configuration: AgentConfiguration
    /// Has a block given back, by who knows the registry too; it takes its time.
    let release: @Sendable (Prefix) -> Void
    /// Rung when leases were freed.
    let freed: Bell
    let alarms: Alarms
    let log: Logger

    func run() async throws {
        let bell = try Bell()
        try await cancelWhenGracefulShutdown {
            try await watch(bell) { try CollectingWatch(self) }
        }
    }
}

private struct CollectingWatch: Watch, ~Copyable {
    private let collector: Collector
    private let book: NodeBook
    private let home: NetworkNamespace
    private let options: AuditOptions
    private var suspects = Suspects()
    private(set) var due: ContinuousClock.Instant?

    init(_ collector: Collector) throws {
        let book = try NodeBook(collector.configuration)
        home = try NetworkNamespace(at: NetworkNamespace.ownPath)
        self.book = book
        self.collector = collector
        var options = AuditOptions(collector.configuration)
        options.isBrief = true
        options.tellsSharedBlocks = true
        self.options = options
        // What starts with the agent comes first.
        due = ContinuousClock.now + .seconds(collector.configuration.collects)
    }

    var raw: Int32 { -1 }
    mutating func hear(_ now: ContinuousClock.Instant) {}

    mutating func act(_ now: ContinuousClock.Instant) {
        due = now + .seconds(collector.configuration.collects)
        do {
            try home.enter()
            try collect(now)
            collector.alarms.clear(.collecting)
        } catch {
            collector.alarms.raise(.collecting, "nothing is freed: \(error)")
        }
    }

    private mutating func collect(_ now: ContinuousClock.Instant) throws(AuditError) {
        _ = try book.open { (book, directory) throws(AuditError) in
            let report = try Audit.run(book, directory, options)
            let found = report.findings.compactMap { finding in
                patience(finding, report.ledger).map { (finding: finding, patience: $0) }
            }
            suspects.take(found.map(\.finding), now)
            let repair = Repair(options)
            for (finding, patience) in found {
                let ripe = (suspects.seenSince(finding) ?? now) + patience
                guard ripe <= now else {
                    due = min(due ?? ripe, ripe)
                    continue
                }
                suspects.clear(finding)
                if let block = block(finding, report.ledger) {
                    // Without this one the node may need the others.
                    return collector.release(block)
                }
                try free(finding, repair, book, directory)
            }
        }
    }

    /// How long something must have been so before it is freed; nil: it is not to be freed.
    private func patience(_ finding: Finding, _ ledger: LedgerSnapshot) -> Duration? {
        switch finding.code {
        case .leaseWithoutSandbox, .earlierBoot: .seconds(min(60, collector.configuration.collects))
        case .emptyBlock:
            block(finding, ledger).flatMap { block in
                let claims = collector.configuration.claims
                return ledger.isSpare(block, of: book.node, lowWater: claims.lowWater)
                    ? .seconds(claims.keepsEmpty) : nil
            }
        default: nil
        }
    }

    /// The block that is empty; nil where something else was found.
    private func block(_ finding: Finding, _ ledger: LedgerSnapshot) -> Prefix? {
        guard finding.code == .emptyBlock else { return nil }
        return ledger.blocks.first { $0.cidr.description == finding.subject }?.cidr
    }

    private func free(
        _ finding: Finding, _ repair: borrowing Repair, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) {
        // What cannot be proved stays until somebody says so (`martletctl ipam release`).
        guard case .repaired(let text) = try repair.mend(finding, book, directory) else { return }
        collector.log.notice("\(text)", metadata: ["found": "\(finding.code.rawValue)", "text": "\(finding.text)"])
        collector.freed.ring()
    }
}
