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
        if dryRun {
            let copy = try node.copy(isRouted: false)
            try ledger { () throws(LedgerError) in try take(records, network, copy.ledger) }
        } else {
            try node.open(isRouted: false) { book, directory in
                try ledger { () throws(LedgerError) in
                    try book.transaction(in: directory) { () throws(LedgerError) in try take(records, network, book) }
                    try book.synchronize()
                }
            }
        }
        for record in records {
            Output.line(
                "\(record.address) of container \(record.containerID), interface \(record.ifname)"
                    + (dryRun ? " would be taken over" : " is taken over"))
        }
        Output.line("\(records.count) addresses of network \(network)\(dryRun ? ", nothing is changed" : "")")
    }

    private func take(
        _ records: [HostLocalFolder.Record], _ network: String, _ book: borrowing Ledger
    ) throws(LedgerError) {
        for record in records {
            let attachment = Attachment(network: network, containerID: record.containerID, ifname: record.ifname)
            let sighting = Ledger.Sighting(attachment, hostInterface: "", mac: "", mtu: 0)
            if try book.adopt(record.address, sighting) { continue }
            let holder = try book.holder(of: record.address)
            // An import that was done before is no conflict.
            if holder == attachment { continue }
            throw .conflict(
                "\(record.address) of container \(record.containerID) cannot be taken over: "
                    + (holder.map { "it is leased to container \($0.containerID)" }
                        ?? "it is in no pool of this node, or in a block of another; apply an IPPool that holds it"))
        }
    }
}
