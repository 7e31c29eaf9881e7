import Addressing
import CNI
import Dataplane
import IPAM
import Ledger
import NetworkConfiguration
import System

/// An ADD as far as its lease, run on a copy of the ledger.
struct AddRehearsal {
    /// Whose ledger it is, where no configuration says so.
    let node: NodeOptions
    /// The configuration that the ADD comes with; nil for one that asks for nothing in particular.
    let file: ConfigurationFile?
    private let links: HostLinks

    init(_ node: NodeOptions, _ file: ConfigurationFile?) throws(Trouble) {
        self.node = node
        self.file = file
        do throws(WiringError) {
            let links = try Wiring().hostLinks()
            self.links = HostLinks(aliases: Set(links.map(\.alias)), names: Set(links.map(\.name)))
        } catch { throw Trouble(error) }
    }

    /// The ledger to run it on.
    ///
    /// - Parameter isRouted: which blocks are meant where no configuration says so.
    func copy(isRouted: Bool = true) throws(Trouble) -> LedgerCopy {
        guard let file else { return try node.copy(isRouted: isRouted) }
        return try node.copy(
            of: file.settings.dataDirectory, node: file.settings.node, isRouted: file.isRouted,
            restTime: file.settings.ipam.restTime)
    }

    /// What it comes to.
    ///
    /// - Parameter families: those that it asks for where no configuration says so.
    func explain(_ families: [AddressFamily], _ copy: borrowing LedgerCopy) throws(Trouble) -> [ExplainedAddress] {
        let request = try file?.leaseRequest(.example) ?? .example(families)
        let subnets = try file?.subnets()
        let explanations: [Explanation]
        do throws(LedgerError) {
            explanations = try copy.explain(request, beside: links) { () throws(LedgerError) in
                try subnets?.refuseForeign(copy.ledger)
                try subnets?.reserve(in: copy.ledger)
            }
        } catch { throw file?.trouble(error) ?? Trouble(error) }
        var explained: [ExplainedAddress] = []
        for explanation in explanations {
            explained.append(
                try ledger { () throws(LedgerError) in
                    try ExplainedAddress(explanation, copy.ledger, file?.settings.ipam)
                })
        }
        return explained
    }
}

/// What a pod gets of one family.
struct ExplainedAddress {
    let explanation: Explanation
    /// Why it gets nothing, in the words of an ADD; nil when there is an address.
    let refusal: String?

    init(_ explanation: Explanation, _ book: borrowing Ledger, _ ipam: Settings.IPAM?) throws(LedgerError) {
        self.explanation = explanation
        switch explanation.outcome {
        case .address: refusal = nil
        case .refused(let refusal):
            self.refusal = try CNIFailure(refusal, explanation.family, in: book, ipam).message
        }
    }
}

extension Attachment {
    /// That of a pod of which nothing is known yet.
    fileprivate static let example = Attachment(network: "martletctl", containerID: "explain", ifname: "eth0")
}

extension LeaseRequest {
    /// What a pod asks for that asks for nothing in particular.
    fileprivate static func example(_ families: [AddressFamily]) -> LeaseRequest {
        LeaseRequest(
            attachment: .example, pod: PodIdentity(namespace: nil, name: nil, uid: nil),
            addresses: families.map { LeaseRequest.Address($0, wanted: nil, pools: []) }, hostInterface: "", mac: "",
            mtu: 0, sandbox: "", sandboxIdentity: FileStatus.Identity(device: 0, inode: 0), pools: [], ranges: [],
            reservations: [], blockLimit: nil)
    }
}
