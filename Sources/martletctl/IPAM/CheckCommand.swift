import ArgumentParser
import Audit
import IPAM
import Ledger
import System

/// The audit.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Compare ledger and kernel, and what BIRD and the registry say, and tell what disagrees.",
        discussion: """
            A BIRD is asked where one answers on the node's socket, the registry where the agent's configuration names one.
            Pods may come and go meanwhile: what is being made or removed just now is no finding. docs/audit.md explains
            each finding, how it comes about and what repairs it.

            JSON and YAML have these members: node, leases, blocks, clean, and findings, each with code, note (whether it
            is one), subject, text and repair, and where they are known since, network, container and interface. Names are
            code/subject, one a line.

            Examples:
              martletctl ipam check
              martletctl ipam check --fix --dry-run
              martletctl ipam check -o name

            Exit status: 0 clean (notes are no findings), 1 findings, 2 could not look.
            """)

    @OptionGroup var node: NodeOptions
    @OptionGroup var routes: RouteOptions
    @OptionGroup var bird: BIRDOptions

    @Option(name: .shortAndLong, help: "How to print.")
    var output: ReadingFormat = .table

    @Option(help: ArgumentHelp("Also write the findings to this file, as JSON.", valueName: "file"))
    var report: String?

    @Option(help: ArgumentHelp("Time that a chain's later plugins have to change a new pod.", valueName: "seconds"))
    var grace = 60

    @Flag(help: "Repair what can be proved, and check again.")
    var fix = false

    @Flag(help: "With --fix: say in which order what would be repaired, and change nothing.")
    var dryRun = false

    func run() throws {
        if try node.isWithoutLedger() { return try runWithoutLedger() }
        try node.open { book, directory in
            var options = options(book.node)
            options.witnesses = try Witnesses(bird, try node.agent.read())
            var audit = try look(book, directory, options)
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
        options.routeOrigin = routes.routeProtocol
        options.grace = grace
        options.progress = { Progress.show("comparing pods", $0, of: $1) }
        return options
    }

    private func look(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, _ options: AuditOptions
    ) throws(Trouble) -> AuditReport {
        defer { Progress.end() }
        return try audited { () throws(AuditError) in try Audit.run(book, directory, options) }
    }

    private func runWithoutLedger() throws(Trouble) {
        let name = node.nodename ?? "this node"
        guard let audit = try audited({ () throws(AuditError) in try Audit.runWithoutLedger(options(name)) }) else {
            throw Trouble(
                .blind, "the ledger in \(try node.folder()) is lost: the host has the routes of its blocks",
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
            audit = try look(book, directory, options)
            if !isChanged { return }
        }
    }

    /// Whether anything was changed. One repair that fails keeps nobody from the others.
    private func repairOnce(
        _ audit: AuditReport, _ options: AuditOptions, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) -> Bool {
        let repair = Repair(options)
        let findings = Repair.ordered(audit.findings)
        var isChanged = false
        defer { Progress.end() }
        var count = 0
        for lot in Repair.lots(of: findings) {
            count += lot.count
            Progress.show("repairing", count, of: findings.count)
            for (finding, result) in repair.mend(lot: lot, book, directory) {
                let name = "\(finding.code.rawValue) \(finding.subject)"
                switch result {
                case .success(.repaired(let text)):
                    isChanged = true
                    say("\(name): \(text)")
                case .success(.left): say("\(name): left as it is")
                case .success(.gone): break
                case .failure(let error):
                    Progress.end()
                    Output.error("\(name): \(Trouble(error).message)")
                }
            }
        }
        return isChanged
    }

    private func say(_ text: String) {
        guard output.isForPeople else { return }
        Progress.end()
        Output.line(text)
    }

    private func show(_ audit: AuditReport, _ node: String) throws(Trouble) {
        let listing = audit.listing(node: node, isWide: output == .wide)
        try listing.show(output)
        guard let report else { return }
        do throws(SystemError) { try replaceFile(report, with: listing.json.description + "\n") } catch {
            throw Trouble(.blind, "the report could not be written: " + error.description)
        }
    }
}
