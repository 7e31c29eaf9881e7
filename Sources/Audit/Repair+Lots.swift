import IPAM
import Ledger

/// Repairs of many pods' wires after one look: when all routes have gone at once, a look for each pod takes longer than
/// its repair.
extension Repair {
    /// What became of findings.
    package typealias Results = [(finding: Finding, result: Result<Outcome, AuditError>)]

    /// Pods whose operations may have to wait for one another's repair.
    private static let lotSize = 64

    /// Findings in their order, by what is repaired together: wires of different pods, anything else by itself.
    package static func lots(of findings: [Finding]) -> [[Finding]] {
        var lots: [[Finding]] = []
        var pods: Set<Attachment> = []
        for finding in findings {
            guard let pod = finding.attachment, finding.code.isOfWires else {
                lots.append([finding])
                pods = []
                continue
            }
            if pods.isEmpty || pods.count == lotSize || pods.contains(pod) {
                lots.append([])
                pods = []
            }
            lots[lots.endIndex - 1].append(finding)
            pods.insert(pod)
        }
        return lots
    }

    /// Repairs a lot, as far as that can be done without a person.
    package borrowing func mend(
        lot: [Finding], _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) -> Results {
        // Whoever works on a pod is waited for when nobody has to wait for the others.
        var held: [Finding] = []
        var single: [Finding] = []
        for finding in lot {
            if lot.count > 1, hold(finding, directory) { held.append(finding) } else { single.append(finding) }
        }
        let results = mend(held: held, book, directory)
        for finding in held { letGo(finding, directory) }
        return results
            + single.map { finding in
                (finding, Result { () throws(AuditError) in try mend(finding, book, directory) })
            }
    }

    private borrowing func mend(
        held: [Finding], _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) -> Results {
        guard !held.isEmpty else { return [] }
        do throws(AuditError) {
            let (tables, ledger) = try state(book)
            return held.map { finding in
                (finding, Result { () throws(AuditError) in try mendPod(finding, tables, ledger, book, directory) })
            }
        } catch { return held.map { ($0, .failure(error)) } }
    }

    private borrowing func hold(_ finding: Finding, _ directory: borrowing LedgerDirectory) -> Bool {
        guard let pod = finding.attachment else { return false }
        // What fails here fails again, and is told, when the finding is repaired by itself.
        do throws(LedgerError) { return try directory.tryLock(pod) } catch { return false }
    }

    private borrowing func letGo(_ finding: Finding, _ directory: borrowing LedgerDirectory) {
        guard let pod = finding.attachment else { return }
        // The lock is given back when the ledger is closed at the latest.
        do throws(LedgerError) { try directory.unlock(pod) } catch {}
    }
}
