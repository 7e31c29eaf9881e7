import ArgumentParser
import Audit
import Ledger
import Manifests
import Resources

/// Takes over what Calico has given out on this node.
struct ImportCalicoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calico",
        abstract: "Take over the pools of Calico, and this node's blocks and pods.",
        discussion: """
            FILE is what kubectl get ippools,ipamblocks,ipamhandles,blockaffinities -o yaml prints, or calicoctl, or, where
            Calico's datastore is etcd, calicoctl datastore migrate export; - is stdin.

            Pods keep running: their links become Martlet's, which frees their addresses at DEL. What the export does not
            say of them is taken from the kernel. All is taken over, or nothing; every object and its outcome is named.

            It refuses while Felix or Calico's BIRD runs on this node, or chains of Calico's stand. docs/moving-in.md tells
            the steps.

            Example:
              martletctl import calico calico.yaml --dry-run
            """)

    @OptionGroup var node: NodeOptions

    @Argument(help: "The export, YAML or JSON.")
    var file: String

    @OptionGroup var routes: RouteOptions

    @Flag(help: "Say what would be taken over, and change nothing.")
    var dryRun = false

    func run() throws {
        let export = try read()
        let name = try node.name()
        try refuseOthers(export, name)
        let remains = try audited { () throws(AuditError) in try CalicoRemains.find() }
        let kernel = try audited { () throws(AuditError) in try CalicoPods() }
        let plan = try CalicoPlan(export, node: name, kernel)
        let fates = plan.fates + (plan.fates.areAllowed ? try conflicts(plan, name) : [])
        let isDone = !dryRun && remains.isEmpty && fates.areAllowed
        if isDone { try carryOut(plan, name) }
        fates.show(isRehearsal: !isDone)
        for text in remains { Trouble(.findings, text).report() }
        guard remains.isEmpty, fates.areAllowed else {
            throw Trouble(.findings, "nothing is taken over", hint: "see to what is refused, and export again")
        }
    }

    private func read() throws(Trouble) -> CalicoExport {
        let bytes = try Input.bytes(of: file, limit: Document.sizeLimit)
        do throws(ManifestError) {
            return try CalicoExport.read(bytes, file: Input.name(of: file))
        } catch { throw Trouble(.findings, error.description, hint: Self.sources) }
    }

    /// Who prints what is wanted.
    private static let sources =
        "kubectl get ippools,ipamblocks,ipamhandles,blockaffinities -o yaml prints what is wanted, and of a datastore in etcd "
        + "calicoctl datastore migrate export"

    /// Refuses an export that has nothing of this node.
    private func refuseOthers(_ export: CalicoExport, _ name: String) throws(Trouble) {
        let hosts = Set(export.blocks.compactMap(\.host))
        if hosts.contains(name) { return }
        throw Trouble(
            .findings,
            "there is no IPAMBlock of node \(name)"
                + (hosts.isEmpty ? ", nor of another" : ", but of \(hosts.sorted().joined(separator: ", "))"),
            hint: hosts.isEmpty
                ? Self.sources
                : "say by --nodename what Calico calls this node (/var/lib/calico/nodename), or after calicoctl datastore "
                    + "migrate export what Kubernetes does")
    }
}

extension ImportCalicoCommand {
    /// What the ledger has against the plan: all of it is written to a copy.
    private func conflicts(_ plan: CalicoPlan, _ name: String) throws -> [Fate] {
        let copy = try node.copyOrEmpty(as: name)
        return try ledger { () throws(LedgerError) in try plan.write(copy.ledger) }
    }

    private func carryOut(_ plan: CalicoPlan, _ name: String) throws {
        var options = AuditOptions(node: name)
        options.routeOrigin = routes.routeProtocol
        let takeover = Takeover(options)
        try node.openOrMake(as: name) { book, directory in
            try audited { () throws(AuditError) in
                try takeover.mark(plan.residents.map { ($0.attachment, $0.wires) })
                try takeover.write(book, directory) { () throws(LedgerError) in
                    // What was no conflict before may be one now.
                    if let conflict = try plan.write(book).firstRefused { throw .conflict(conflict.text) }
                }
            }
            do throws(AuditError) { try takeover.settle(plan.attachments, book, directory) } catch {
                throw Trouble(
                    .blind, "everything is taken over, but not all wires are put right: \(Trouble(error).message)",
                    hint: "martletctl ipam check --fix")
            }
            let pools = try ledger { () throws(LedgerError) in try book.snapshot().pools }
            try keepMasquerading(pools)
        }
    }
}
