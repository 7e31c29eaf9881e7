import Addressing
import ArgumentParser
import IPAM
import JSON
import Ledger

/// Why the next pod gets the address that it gets, or none.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say which address the next pod would get, and why not another.",
        discussion: """
            The allocator itself is run on a copy of the ledger; so it cannot differ from what an ADD would do, and changes
            nothing. What the kernel may have against an address, such as another device's route to it, only the ADD finds.

            --config takes a configuration as in /etc/cni/net.d: what an ADD by it would get, of its pools and its part of
            them. Ledger and node are its data_dir and nodename then, unless given here.

            JSON and YAML are a list with one member for each family: family, then ip, pool, block, newBlock and resting, or
            refused; adopts, the configuration's pools that the ADD would write into the ledger; and verdicts, each with
            subject, reason (\(reasons)) and text.
            With --pod they are a list with one member for each of its interfaces: pod, network, container and interface;
            holds, each with ip, pool, block, since and notes; and anew, such a list as without --pod.

            Examples:
              martletctl ipam explain
              martletctl ipam explain --config /etc/cni/net.d/10-martlet.conflist
              martletctl ipam explain --pod default/web-0

            Exit status: 0 there is an address in every family, 1 in one there is none, or no such pod, 2 could not look.
            """)

    private static let reasons = Explanation.Reason.allCases.map(\.rawValue).joined(separator: ", ")

    @OptionGroup var node: NodeOptions

    @Option(
        help: ArgumentHelp("What this pod holds, and would get if it were started anew.", valueName: "namespace/name"))
    var pod: PodName?

    @Option(
        help: ArgumentHelp("The network configuration that the pod is started with; - is stdin.", valueName: "file"))
    var config: String?

    @Option(name: .shortAndLong, help: "How to print.")
    var output: ReadingFormat = .table

    func run() throws {
        var file: ConfigurationFile?
        if let config { file = try ConfigurationFile(config).with(node) }
        let rehearsal = try AddRehearsal(node, file)
        if let pod { return try show(PodExplanation.all(pod, rehearsal)) }
        let copy = try rehearsal.copy()
        let addresses = try rehearsal.explain(file == nil ? try families(copy) : [], copy)
        let isGiven = addresses.allSatisfy { $0.refusal == nil }
        // Without a configuration nobody says that a pod gets both families.
        let names = isGiven || file == nil ? addresses.compactMap(\.name) : []
        let failure = isGiven || addresses.count == 1 || file == nil ? [] : ["The ADD fails: a pod gets both or none."]
        try Listing(
            lines: addresses.flatMap(\.lines) + failure, json: .array(addresses.map(\.json)), names: names
        ).show(output)
        if !isGiven { throw Trouble(.findings) }
    }

    private func show(_ pods: [PodExplanation]) throws {
        try Listing(
            lines: pods.flatMap(\.lines), json: .array(pods.map(\.json)),
            names: pods.flatMap { $0.anew.compactMap(\.name) }
        ).show(output)
        if pods.contains(where: { $0.anew.contains { $0.refusal != nil } }) { throw Trouble(.findings) }
    }

    /// Those that the ledger has pools of.
    private func families(_ copy: borrowing LedgerCopy) throws(Trouble) -> [AddressFamily] {
        let pools = try ledger { () throws(LedgerError) in try copy.ledger.pools() }
        if pools.isEmpty {
            throw Trouble(.findings, "the ledger has no pool", hint: "martletctl apply -f, with an IPPool")
        }
        return AddressFamily.allCases.filter { family in pools.contains { $0.cidr.family == family } }
    }
}

extension ExplainedAddress {
    var lines: [String] { [verdict] + explanation.verdicts.map { "  \($0.subject): \($0.text)" } }

    /// The address; nil when there is none.
    var name: String? {
        if case .address(let chosen) = explanation.outcome { chosen.address.description } else { nil }
    }

    private var verdict: String {
        switch explanation.outcome {
        case .address(let chosen):
            "\(explanation.family): the next pod gets \(chosen.address), of \(chosen.isNew ? "a new block," : "block") "
                + chosen.block.description
        case .refused: "\(explanation.family): the next pod gets no address: \(refusal ?? "")"
        }
    }

    var json: JSON {
        var members = [JSON.Member("family", .string("\(explanation.family)"))]
        switch explanation.outcome {
        case .address(let chosen):
            members += [
                JSON.Member("ip", .string(chosen.address.description)), JSON.Member("pool", .string(chosen.pool.name)),
                JSON.Member("block", .string(chosen.block.description)), JSON.Member("newBlock", .bool(chosen.isNew)),
                JSON.Member("resting", .bool(chosen.isResting)),
            ]
        case .refused: members.append(JSON.Member("refused", .string(refusal ?? "")))
        }
        members.append(JSON.Member("adopts", .array(explanation.adopts.map { .string($0) })))
        members.append(JSON.Member("verdicts", .array(explanation.verdicts.map(\.json))))
        return .object(members)
    }
}

extension Explanation.Verdict {
    fileprivate var json: JSON {
        ["subject": .string(subject), "reason": .string(reason.rawValue), "text": .string(text)]
    }
}
