import Addressing
import ArgumentParser
import Audit
import IPAM
import JSON
import Ledger
import System

/// Frees addresses by hand.
struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Free the address of a pod that is no more.",
        discussion: """
            An address whose pod still has its interface or its sandbox is not freed, unless --force is given: another pod
            would get it, and both would be cut off.

            Examples:
              martletctl ipam release --ip 10.244.0.5
              martletctl ipam release --container 4f2a9c
              martletctl ipam check --report leaked.json; martletctl ipam release --from-report leaked.json
            """)

    @OptionGroup var node: NodeOptions

    @Option(help: ArgumentHelp("The address.", valueName: "address"))
    var ip: String?

    @Option(help: ArgumentHelp("All addresses of this container.", valueName: "id"))
    var container: String?

    @Option(help: ArgumentHelp("What a report of ipam check calls lease-without-sandbox.", valueName: "file"))
    var fromReport: String?

    @Flag(help: "Free it even if its pod lives.")
    var force = false

    func validate() throws {
        guard [ip, container, fromReport].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("give one of --ip, --container and --from-report")
        }
        if let ip { _ = try address(ip) }
    }

    func run() throws {
        try node.open { book, directory in
            let snapshot = try ledger { () throws(LedgerError) in try book.snapshot() }
            var living: [Trouble] = []
            // One that lives keeps none of the others.
            for attachment in try attachments(in: snapshot) {
                if let trouble = try release(attachment, book, directory) { living.append(trouble) }
            }
            for trouble in living.dropLast() { trouble.report() }
            if let last = living.last { throw last }
        }
    }

    /// Whose leases are meant.
    private func attachments(in snapshot: LedgerSnapshot) throws -> [Attachment] {
        var entries: [LedgerSnapshot.Entry] = []
        if let ip {
            let wanted = try address(ip)
            entries = snapshot.leases.filter { $0.lease.address == wanted }
            if entries.isEmpty { throw Trouble(.findings, "IP address \(wanted) is not assigned") }
        } else if let container {
            entries = snapshot.leases.filter { $0.lease.attachment.containerID == container }
            if entries.isEmpty { throw Trouble(.findings, "container \(container) holds no address") }
        } else if let fromReport {
            let leaked = try leaked(fromReport)
            entries = snapshot.leases.filter { leaked.contains($0.lease.address.description) }
            Output.line("Releasing \(entries.count) old IPs...")
        }
        var attachments: [Attachment] = []
        for entry in entries where !attachments.contains(entry.lease.attachment) {
            attachments.append(entry.lease.attachment)
        }
        return attachments
    }

    private func leaked(_ path: String) throws(Trouble) -> Set<String> {
        let text: String
        do throws(SystemError) { text = try readText(path, limit: 64 << 20) } catch {
            throw Trouble(.blind, "the report cannot be read: \(error.description)")
        }
        let report: JSON
        do throws(JSON.SyntaxError) { report = try JSON.parse(Array(text.utf8)) } catch {
            throw Trouble(.blind, "\(path) is no report of ipam check: \(error.description)")
        }
        guard case .array(let findings)? = report["findings"] else {
            throw Trouble(.blind, "\(path) is no report of ipam check: it has no findings")
        }
        return Set(
            findings.compactMap { finding in
                let codes: [JSON] = ["lease-without-sandbox", "earlier-boot"]
                guard let code = finding["code"], codes.contains(code), case .string(let subject)? = finding["subject"]
                else { return nil }
                return subject
            })
    }

    /// Frees what an attachment has; answers why not.
    private func release(
        _ attachment: Attachment, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws -> Trouble? {
        let outcome = try audited { () throws(AuditError) in
            try Release.free(attachment, book, directory, isForced: force)
        }
        switch outcome {
        case .freed(let addresses):
            for address in addresses { Output.line("Successfully released IP address \(address)") }
            return nil
        case .alive(let holder, let proof):
            return Trouble(
                .findings, "the address is that of \(holder), and it lives: \(proof)",
                hint: "delete the pod; --force frees the address all the same")
        }
    }
}
