import Audit
import IPAM
import JSON
import Ledger

extension AuditReport {
    /// The report in every form.
    func listing(node: String, isWide: Bool) -> Listing {
        Listing(
            lines: [summary(node)] + findings.flatMap { [""] + $0.lines(isWide: isWide) } + ["", verdict],
            json: json(node: node), names: findings.map { "\($0.code.rawValue)/\($0.subject)" })
    }

    private func summary(_ node: String) -> String {
        let own = ledger.blocks.count { $0.owner == node }
        return "Compared \(counted(ledger.leases.count, "lease")) in \(counted(own, "block")) of "
            + "\(counted(ledger.pools.count, "pool")) with the kernel of \(node)."
    }

    private var verdict: String {
        let problems = findings.count { !$0.code.isNote }
        return (problems == 0 ? Ink.green : .red)("Check complete; found \(counted(problems, "problem")).")
    }

    /// For programs; docs/audit.md and a schema in the tests hold its form.
    private func json(node: String) -> JSON {
        [
            "node": .string(node),
            "leases": JSON(ledger.leases.count),
            "blocks": JSON(ledger.blocks.count { $0.owner == node }),
            "clean": .bool(isClean),
            "findings": .array(findings.map(\.json)),
        ]
    }
}

extension Finding {
    /// What it is, and then what was found and what repairs it.
    fileprivate func lines(isWide: Bool) -> [String] {
        let title = code.isNote ? Ink.yellow("note: \(code.rawValue)") : Ink.red(code.rawValue)
        var lines = ["\(title)  \(subject)", "  \(text)"]
        if isWide, let attachment {
            lines.append(
                "  container \(attachment.containerID), interface \(attachment.ifname), network \(attachment.network)")
        }
        if let since { lines.append("  since \(Time.text(since))") }
        return lines + ["  repair: \(repair)"]
    }

    fileprivate var json: JSON {
        var members = [
            JSON.Member("code", .string(code.rawValue)), JSON.Member("note", .bool(code.isNote)),
            JSON.Member("subject", .string(subject)), JSON.Member("text", .string(text)),
            JSON.Member("repair", .string(repair)),
        ]
        if let since { members.append(JSON.Member("since", .string(Time.text(since)))) }
        if let attachment {
            members += [
                JSON.Member("network", .string(attachment.network)),
                JSON.Member("container", .string(attachment.containerID)),
                JSON.Member("interface", .string(attachment.ifname)),
            ]
        }
        return .object(members)
    }
}
