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
        try node.open { book, directory in
            var options = AuditOptions(node: book.node)
            options.routeOrigin = routeProtocol
            options.grace = grace
            var audit = try audited { () throws(AuditError) in try Audit.run(book, directory, options) }
            if dryRun {
                for finding in Repair.ordered(audit.findings) {
                    Output.line("would look at \(finding.code.rawValue) \(finding.subject)")
                }
            } else if fix && !audit.findings.isEmpty {
                try repair(audit, options, book, directory)
                audit = try audited { () throws(AuditError) in try Audit.run(book, directory, options) }
            }
            try show(audit, book.node)
            if !audit.isClean { throw Trouble(.findings) }
        }
    }

    private func repair(
        _ audit: AuditReport, _ options: AuditOptions, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(Trouble) {
        let repair = Repair(options)
        for finding in Repair.ordered(audit.findings) {
            let outcome = try audited { () throws(AuditError) in try repair.mend(finding, book, directory) }
            // What is said for people must not stand in the way of programs.
            guard output == .table else { continue }
            switch outcome {
            case .repaired(let text): Output.line("\(finding.code.rawValue) \(finding.subject): \(text)")
            case .left: Output.line("\(finding.code.rawValue) \(finding.subject): left as it is")
            case .gone: break
            }
        }
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
