import Addressing
import ArgumentParser
import Dataplane
import IPAM
import JSON
import Ledger
import System

/// Why the next pod gets the address that it gets, or none.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say which address the next pod would get, and why not another.",
        discussion: """
            The allocator itself is run on the ledger as it is, and its choice taken back; so it cannot differ from what
            an ADD would do with the pools of the ledger.

            JSON and YAML are a list with one member for each family: family, then ip, block, newBlock and resting, or
            refused; and verdicts, each with subject, reason (\(reasons)) and text.

            Exit status: 0 there is an address in every family, 1 in one there is none, 2 could not look.
            """)

    private static let reasons = Explanation.Reason.allCases.map(\.rawValue).joined(separator: ", ")

    @OptionGroup var node: NodeOptions

    @Option(name: .shortAndLong, help: "How to print.")
    var output: ReadingFormat = .table

    func run() throws {
        try node.open { book, directory in
            let pools = try ledger { () throws(LedgerError) in
                try book.reading { () throws(LedgerError) in try book.pools() }
            }
            if pools.isEmpty {
                throw Trouble(.findings, "the ledger has no pool", hint: "martletctl apply -f, with an IPPool")
            }
            let links = try hostLinks()
            var explanations: [Explanation] = []
            for family in AddressFamily.allCases where pools.contains(where: { $0.cidr.family == family }) {
                explanations.append(
                    try ledger { () throws(LedgerError) in
                        try book.explain(.example(family), family, beside: links, in: directory)
                    })
            }
            let listing = Listing(
                lines: explanations.flatMap(\.lines), json: .array(explanations.map(\.json)),
                names: explanations.compactMap(\.name))
            try listing.show(output)
            if listing.names.count < explanations.count { throw Trouble(.findings) }
        }
    }

    private func hostLinks() throws(Trouble) -> HostLinks {
        do throws(WiringError) {
            let links = try Wiring().hostLinks()
            return HostLinks(aliases: Set(links.map(\.alias)), names: Set(links.map(\.name)))
        } catch { throw Trouble(error) }
    }
}

extension LeaseRequest {
    /// What a pod asks for that asks for nothing in particular.
    fileprivate static func example(_ family: AddressFamily) -> LeaseRequest {
        LeaseRequest(
            attachment: Attachment(network: "martletctl", containerID: "explain", ifname: "eth0"),
            pod: PodIdentity(namespace: nil, name: nil, uid: nil),
            addresses: [LeaseRequest.Address(family, wanted: nil, pools: [])], hostInterface: "", mac: "", mtu: 0,
            sandbox: "", sandboxIdentity: FileStatus.Identity(device: 0, inode: 0), pools: [], ranges: [],
            reservations: [], blockLimit: nil)
    }
}

extension Explanation {
    fileprivate var lines: [String] { [verdict] + verdicts.map { "  \($0.subject): \($0.text)" } }

    /// The address; nil when there is none.
    fileprivate var name: String? {
        if case .address(let address, _, _, _) = outcome { address.description } else { nil }
    }

    private var verdict: String {
        switch outcome {
        case .address(let address, let block, let isNew, _):
            "\(family): the next pod gets \(address), of \(isNew ? "a new block," : "block") \(block)"
        case .refused(let error): "\(family): the next pod gets no address: \(Trouble(error).message)"
        }
    }

    fileprivate var json: JSON {
        var members = [JSON.Member("family", .string("\(family)"))]
        switch outcome {
        case .address(let address, let block, let isNew, let isResting):
            members += [
                JSON.Member("ip", .string(address.description)), JSON.Member("block", .string(block.description)),
                JSON.Member("newBlock", .bool(isNew)), JSON.Member("resting", .bool(isResting)),
            ]
        case .refused(let error): members.append(JSON.Member("refused", .string(Trouble(error).message)))
        }
        members.append(
            JSON.Member(
                "verdicts",
                .array(
                    verdicts.map {
                        [
                            "subject": .string($0.subject), "reason": .string($0.reason.rawValue),
                            "text": .string($0.text),
                        ]
                    })))
        return .object(members)
    }
}
