import Addressing
import ArgumentParser
import Glibc
import IPAM
import Ledger

/// Takes over what host-local has given out.
struct ImportHostLocalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host-local",
        abstract: "Take over the addresses of a network of host-local.",
        discussion: """
            DIR is host-local's folder of one network, /var/lib/cni/networks/NAME. Its addresses must lie in a pool of the
            ledger: apply one first. From then on martlet-ipam under the same plugin (ptp, bridge, macvlan) frees them with
            their pods and gives them to nobody else. All of them are taken over, or none; host-local's files stay.

            Stop the runtime meanwhile, or let no pod start: host-local would not know of Martlet.

            Example:
              martletctl import host-local /var/lib/cni/networks/pods --dry-run
            """)

    @OptionGroup var node: NodeOptions

    @Argument(help: "host-local's folder of the network.")
    var folder: String

    @Option(help: "Name of the network (default: the folder's).")
    var network: String?

    @Flag(help: "Say what would be taken over, and change nothing.")
    var dryRun = false

    func run() throws {
        let records = try HostLocalFolder(folder).records()
        let network = network ?? HostLocalFolder.name(of: folder)
        let copy = try node.copy(isRouted: false)
        let fates = try ledger { () throws(LedgerError) in try take(records, network, copy.ledger) }
        let isDone = !dryRun && fates.areAllowed
        if isDone {
            try node.open(isRouted: false) { book, directory in
                try ledger { () throws(LedgerError) in
                    try book.transaction(in: directory) { () throws(LedgerError) in
                        // What was no conflict before may be one now.
                        let fates = try take(records, network, book)
                        if let refused = fates.firstRefused { throw .conflict(refused.text) }
                    }
                    try book.synchronize()
                }
            }
        }
        fates.show(isRehearsal: !isDone)
        if !fates.areAllowed { throw Trouble(.findings, "nothing is taken over", hint: "see to what is refused") }
    }

    /// Leases all of it, within a transaction; answers what becomes of each, and if one is refused it must not stand.
    private func take(
        _ records: [HostLocalFolder.Record], _ network: String, _ book: borrowing Ledger
    ) throws(LedgerError) -> [Fate] {
        var fates: [Fate] = []
        defer { Progress.end() }
        for (index, record) in records.enumerated() {
            Progress.show("taking over", index + 1, of: records.count)
            let attachment = Attachment(network: network, containerID: record.containerID, ifname: record.ifname)
            let holder = "container \(record.containerID), interface \(record.ifname)"
            let outcome = try take(record.address, attachment, book)
            fates.append(Fate(record.address.description, of: holder, outcome))
        }
        return fates
    }

    private func take(
        _ address: IPAddress, _ attachment: Attachment, _ book: borrowing Ledger
    ) throws(LedgerError) -> Fate.Outcome {
        let held = try book.leases(of: attachment)
        // An import that was done before is no conflict.
        if held.contains(where: { $0.address == address }) { return .taken() }
        if let other = held.first(where: { $0.address.family == address.family }) {
            return .refused(
                "its interface has \(other.address), too: one of the two records is of a container that is gone")
        }
        if try book.adopt(address, Ledger.Sighting(attachment, hostInterface: "", mac: "", mtu: 0)) { return .taken() }
        if let holder = try book.holder(of: address) {
            return .refused("the ledger has it leased to container \(holder.containerID)")
        }
        return .refused("it is in no pool, or in a block that is another node's or announced: apply an IPPool for it")
    }
}
