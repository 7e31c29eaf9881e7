import ArgumentParser
import Audit
import IPAM
import JSON
import Ledger
import System

/// The audit.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Compare ledger and kernel, and say what disagrees.",
        discussion: """
            Pods may come and go meanwhile: what is being made or removed just now is no finding. docs/audit.md explains
            each finding, how it comes about and what repairs it.

            Exit status: 0 clean (notes are no findings), 1 findings, 2 could not look.
            """)

    @OptionGroup var node: NodeOptions

    @Option(name: .shortAndLong, help: "How to print: table or json.")
    var output: ReportFormat = .table

    @Option(help: ArgumentHelp("Also write the findings to this file, as JSON.", valueName: "file"))
    var report: String?

    @Option(help: ArgumentHelp("Protocol number of the blackhole routes: route_protocol.", valueName: "number"))
    var routeProtocol: UInt8 = 80

    @Option(help: ArgumentHelp("Time that a chain's later plugins have to change a new pod.", valueName: "seconds"))
    var grace = 60

    @Flag(help: "Repair what can be proved, and check again.")
    var fix = false

    @Flag(help: "With --fix: say in which order what would be repaired, and change nothing.")
    var dryRun = false

    func run() throws {
        if try node.isWithoutLedger() { return try runWithoutLedger() }
        try node.open { book, directory in
            let options = options(book.node)
            var audit = try audited { () throws(AuditError) in try Audit.run(book, directory, options) }
            if dryRun {
                for finding in Repair.ordered(audit.findings) {
                    say("would look at \(finding.code.rawValue) \(finding.subject)")
                }
            } else if fix {
                try repair(&audit, options, book, directory)
            }
            try show(audit, book.node)
            if !audit.isClean { throw Trouble(.findings) }
        }
    }

    private func options(_ name: String) -> AuditOptions {
        var options = AuditOptions(node: name)
        options.routeOrigin = routeProtocol
        options.grace = grace
        return options
    }

    private func runWithoutLedger() throws(Trouble) {
        let name = node.nodename ?? "this node"
        guard let audit = try audited({ () throws(AuditError) in try Audit.runWithoutLedger(options(name)) }) else {
            throw Trouble(
                .blind, "the ledger in \(node.folder) is lost: the host has the routes of its blocks",
                hint: "restore a backup, or apply the IPPools again; then check with --fix, which leases to living "
                    + "pods what they have")
        }
        try show(audit, name)
    }

    /// Repairs and looks again as long as that brings something: what is secured first may show what else is to be done.
    private func repair(
        _ audit: inout AuditReport, _ options: AuditOptions, _ book: borrowing Ledger,
        _ directory: borrowing LedgerDirectory
    ) throws(Trouble) {
        for _ in 0..<4 where !audit.findings.isEmpty && !audit.isDamaged {
            let isChanged = repairOnce(audit, options, book, directory)
            audit = try audited { () throws(AuditError) in try Audit.run(book, directory, options) }
            if !isChanged { return }
        }
    }

    /// Whether anything was changed. One repair that fails keeps nobody from the others.
    private func repairOnce(
        _ audit: AuditReport, _ options: AuditOptions, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) -> Bool {
        let repair = Repair(options)
        var isChanged = false
        for finding in Repair.ordered(audit.findings) {
            let name = "\(finding.code.rawValue) \(finding.subject)"
            do throws(AuditError) {
                switch try repair.mend(finding, book, directory) {
                case .repaired(let text):
                    isChanged = true
                    say("\(name): \(text)")
                case .left: say("\(name): left as it is")
                case .gone: break
                }
            } catch {
                Output.error("\(name): \(Trouble(error).message)")
            }
        }
        return isChanged
    }

    /// What is said for people must not stand in the way of programs.
    private func say(_ text: String) {
        if output == .table { Output.line(text) }
    }

    private func show(_ audit: AuditReport, _ node: String) throws(Trouble) {
        let json = audit.json(node: node)
        switch output {
        case .json: Output.json(json)
        case .table: audit.print(node: node)
        }
        guard let report else { return }
        do throws(SystemError) { try replaceFile(report, with: json.description + "\n") } catch {
            throw Trouble(.blind, "the report could not be written: " + error.description)
        }
    }
}
