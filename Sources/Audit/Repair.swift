import Addressing
import Dataplane
import IPAM
import Ledger
import System

/// Repairs what an audit has found and can be proved, one finding after another.
///
/// Each repair takes the lock of what it is about, looks again, and then makes one change that can be made twice; so
/// one that is killed leaves things no worse, and the next audit finds what is left. Addresses that somebody uses are
/// secured first, before others are freed.
package struct Repair: ~Copyable {
    let options: AuditOptions
    let interfaces = Interfaces()

    /// What became of a finding.
    package enum Outcome: Hashable, Sendable {
        case repaired(String)
        /// It needs a person; the finding's own words say what to do.
        case left
        /// It was no longer so when it was looked at again.
        case gone
    }

    package init(_ options: AuditOptions) { self.options = options }

    /// The findings in the order in which they are repaired.
    package static func ordered(_ findings: [Finding]) -> [Finding] {
        findings.sorted {
            ($0.code.repairRank, $0.code.rank, $0.subject) < ($1.code.repairRank, $1.code.rank, $1.subject)
        }
    }

    /// Repairs one finding, if that can be done without a person.
    package borrowing func mend(
        _ finding: Finding, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        guard let attachment = finding.attachment else { return try mendNode(finding, book, directory) }
        return try locking(attachment, directory) { () throws(AuditError) in
            let (tables, ledger) = try state(book)
            return try mendPod(finding, tables, ledger, book, directory)
        }
    }

    /// What kernel and ledger have at this moment.
    borrowing func state(_ book: borrowing Ledger) throws(AuditError) -> (HostTables, LedgerSnapshot) {
        (
            try wires { () throws(WiringError) in try HostTables() },
            try books { () throws(LedgerError) in try book.snapshot() }
        )
    }

    /// Brings the wires of a pod that was taken over from another plugin to what its lease says.
    borrowing func settle(
        _ attachment: Attachment, _ ledger: LedgerSnapshot, _ book: borrowing Ledger,
        _ directory: borrowing LedgerDirectory
    ) throws(AuditError) {
        try locking(attachment, directory) { () throws(AuditError) in
            let entries = ledger.leases.filter { $0.lease.attachment == attachment }
            let observed = try wires { () throws(WiringError) in
                try ObservedPod(attachment, entries, try HostTables())
            }
            // One that has gone meanwhile is left to its DEL.
            guard let pod = observed, pod.link != nil, pod.isSandboxThere else { return }
            _ = try rewire(pod, book, directory)
        }
    }

    private borrowing func locking<Result>(
        _ attachment: Attachment, _ directory: borrowing LedgerDirectory, _ body: () throws(AuditError) -> Result
    ) throws(AuditError) -> Result {
        try books { () throws(LedgerError) in try directory.lock(attachment) }
        do throws(AuditError) {
            let result = try body()
            try books { () throws(LedgerError) in try directory.unlock(attachment) }
            return result
        } catch {
            // The failure to tell is the first; the lock is given back when this process ends at the latest.
            do throws(LedgerError) { try directory.unlock(attachment) } catch {}
            throw error
        }
    }

    /// Repairs what is wrong with a pod, while its lock is held, by what has been read since.
    borrowing func mendPod(
        _ finding: Finding, _ tables: HostTables, _ ledger: LedgerSnapshot, _ book: borrowing Ledger,
        _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        guard let attachment = finding.attachment else { return .left }
        let entries = ledger.leases.filter { $0.lease.attachment == attachment }
        let observed = try wires { () throws(WiringError) in try ObservedPod(attachment, entries, tables) }
        guard let pod = observed else {
            return finding.code == .linkWithoutLease
                ? try adopt(finding, attachment, tables, ledger, book, directory) : .gone
        }
        switch finding.code {
        case .leaseWithoutSandbox, .earlierBoot: return try free(pod, book, directory)
        case .leaseOutsideBlock: return try rehome(pod, book, directory)
        case _ where finding.code.isOfWires:
            // Two that are wired for one address would take the route from each other.
            guard !isShared(pod, ledger), !isUsedByAnother(pod, tables) else { return .left }
            return try rewire(pod, book, directory)
        default: return .left
        }
    }

    private borrowing func isShared(_ pod: ObservedPod, _ ledger: LedgerSnapshot) -> Bool {
        let addresses = Set(pod.entries.map(\.lease.address))
        return ledger.leases.contains {
            addresses.contains($0.lease.address) && $0.lease.attachment != pod.attachment
        }
    }

    private borrowing func isUsedByAnother(_ pod: ObservedPod, _ tables: HostTables) -> Bool {
        pod.entries.contains { entry in
            tables.routes(to: Prefix(host: entry.lease.address)).contains { route in
                guard case .link(let index) = route.target, let link = tables.link(index),
                    let user = Attachment(alias: link.alias)
                else { return false }
                return user != pod.attachment
            }
        }
    }

    private borrowing func mendNode(
        _ finding: Finding, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        switch finding.code {
        case .blackholeMissing, .blackholeForeign: return try mendBlackholes(book, directory)
        case .emptyBlock: return try giveBack(finding, book, directory)
        case .countMismatch, .integrity:
            let changed = try books { () throws(LedgerError) in
                try book.transaction(in: directory) { () throws(LedgerError) in try book.correctCounts() }
            }
            return changed == 0 ? .gone : .repaired("corrected \(changed) rows")
        case .quarantined: return try look(atQuarantined: finding, book, directory)
        case .forwardingOff:
            let path = "/proc/sys/" + finding.subject.split(separator: ".").joined(separator: "/")
            try wires { () throws(WiringError) in
                do throws(SystemError) { try writeText("1", to: path) } catch { throw .system(error) }
            }
            return .repaired("set \(finding.subject) to 1")
        default: return .left
        }
    }
}

extension Finding.Code {
    /// Whether a pod's wires are not as its lease says.
    var isOfWires: Bool {
        switch self {
        case .leaseWithoutLink, .routeElsewhere, .hostLink, .hostRoute, .hostNeighbour, .hostSetting, .mac, .mtu,
            .podLink, .podAddress, .podRoute, .podNeighbour:
            true
        default: false
        }
    }

    /// Uses are secured, then wires mended, then what is unused is freed.
    fileprivate var repairRank: Int {
        switch self {
        case .integrity, .countMismatch, .leaseOutsideBlock: 0
        case .linkWithoutLease: 1
        case .leaseWithoutSandbox, .earlierBoot: 3
        case .emptyBlock: 5
        case .blackholeMissing, .blackholeForeign: 4
        default: 2
        }
    }
}
