import Audit
import IPAM
import JSON
import Ledger

extension AuditReport {
    /// For people: a line for what was compared, then each finding with its repair.
    func print(node: String) {
        let own = ledger.blocks.filter { $0.owner == node }
        Output.line(
            "Compared \(ledger.leases.count) leases in \(own.count) blocks of \(ledger.pools.count) pools with the kernel of \(node)."
        )
        for finding in findings {
            Output.line()
            Output.line("\(finding.code.isNote ? "note: " : "")\(finding.code.rawValue)  \(finding.subject)")
            Output.line("  \(finding.text)")
            if let since = finding.since { Output.line("  since \(Time.text(since))") }
            Output.line("  repair: \(finding.repair)")
        }
        let problems = findings.count { !$0.code.isNote }
        Output.line()
        Output.line("Check complete; found \(problems) problem\(problems == 1 ? "" : "s").")
    }

    /// For programs; docs/audit.md and a schema in the tests hold its form.
    func json(node: String) -> JSON {
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
