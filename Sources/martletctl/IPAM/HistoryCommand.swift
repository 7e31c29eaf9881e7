import Addressing
import ArgumentParser
import IPAM
import JSON
import Ledger

/// Who held an address from when to when.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show who has held an address, or which addresses a pod has had.",
        discussion: """
            The journal keeps the last 20,000 leases that have ended, for 90 days; the latest come first.

            JSON and YAML are a list, each with ip, pod, container, interface, network, node, since and until (null while it
            lasts). Names are addresses, one a line.

            Examples:
              martletctl ipam history --ip 10.244.0.5
              martletctl ipam history --pod default/web-0
            """)

    @OptionGroup var node: NodeOptions

    @Option(help: ArgumentHelp("The address.", valueName: "address"))
    var ip: String?

    @Option(help: ArgumentHelp("The pod.", valueName: "namespace/name"))
    var pod: PodName?

    @Option(name: .shortAndLong, help: "How to print.")
    var output: ReadingFormat = .table

    func validate() throws { _ = try question() }

    func run() throws {
        let question = try question()
        try node.open { book, _ in
            let tenures = try ledger { () throws(LedgerError) in try book.history(question) }
            let isWide = output == .wide
            var table = Table(
                ["IP", "POD", "CONTAINER", "INTERFACE"] + (isWide ? ["NETWORK"] : []) + ["NODE", "SINCE", "UNTIL"])
            for tenure in tenures { table.add(tenure.cells(isWide: isWide)) }
            let listing = Listing(
                lines: table.lines, json: .array(tenures.map(\.json)), names: tenures.map(\.address.description))
            try listing.show(output)
        }
    }

    private func question() throws(ValidationError) -> HistoryQuestion {
        switch (ip, pod) {
        case (let ip?, nil): return .address(try address(ip))
        case (nil, let pod?): return .pod(namespace: pod.namespace, name: pod.name)
        default: throw ValidationError("give either --ip or --pod")
        }
    }
}

extension Tenure {
    fileprivate func cells(isWide: Bool) -> [String] {
        [address.description, pod.text, attachment.containerID, attachment.ifname]
            + (isWide ? [attachment.network] : []) + [node, Time.text(since), until.map(Time.text) ?? "-"]
    }

    fileprivate var json: JSON {
        [
            "ip": .string(address.description), "pod": .string(pod.text),
            "container": .string(attachment.containerID), "interface": .string(attachment.ifname),
            "network": .string(attachment.network), "node": .string(node), "since": .string(Time.text(since)),
            "until": until.map { .string(Time.text($0)) } ?? .null,
        ]
    }
}

extension PodIdentity {
    /// `namespace/name`, or `-` for a container that is no pod.
    var text: String {
        guard let namespace, let name else { return "-" }
        return namespace + "/" + name
    }
}
