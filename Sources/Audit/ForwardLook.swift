import Addressing
import IPAM
import Ledger

/// Chains of packet filters that drop what the pods of this node send.
enum ForwardLook {
    /// A pod, as a packet filter sees it.
    struct Sender {
        let link: String
        let address: IPAddress
        /// What it is called, whose lease it has, and since when.
        let holder: String
        let attachment: Attachment
        let since: Int
    }

    /// The chains that let none of these pods through, and the pods that are not let through where others are.
    ///
    /// Where somebody decides on each pod, such as the plugin `firewall`, a pod whose chain of plugins is at work just now
    /// is not let through yet, or no more: whoever asks has to look again.
    ///
    /// - Parameter pools: where the addresses come from.
    static func findings(_ senders: [Sender], _ pools: [Prefix]) -> [Finding] {
        guard !senders.isEmpty else { return [] }
        return [NftRuleset.read()?.chains ?? [:], LegacyTables.read()].flatMap { findings(senders, pools, $0) }
    }

    private static func findings(
        _ senders: [Sender], _ pools: [Prefix], _ chains: [FilterChain.Name: FilterChain]
    ) -> [Finding] {
        chains.values.filter { $0.isForwarding && $0.name.table != "inet martlet" }.flatMap { chain in
            let repair = ForwardRepair(chain.name, chains, pools)
            return chain.families.flatMap { family in
                findings(on: chain, chains, family, senders.filter { $0.address.family == family }, repair)
            }
        }
    }

    /// One for the chain if it drops what all pods of the family send, else one for each whose packets it drops.
    private static func findings(
        on chain: FilterChain, _ chains: [FilterChain.Name: FilterChain], _ family: AddressFamily, _ pods: [Sender],
        _ repair: ForwardRepair
    ) -> [Finding] {
        let dropped = pods.compactMap { pod in place(of: pod, chain, chains).map { (pod: pod, place: $0) } }
        let name = chain.name
        guard let first = dropped.first else { return [] }
        if dropped.count == pods.count {
            return [
                Finding(
                    .forwardDropped, "\(name.table) \(name.chain)",
                    "chain \(name.chain) of \(name.table) drops what \(family) pods send"
                        + "\(detour(first.place, name)), and nothing before that accepts cali* or the pools",
                    repair: repair.command(for: family))
            ]
        }
        return dropped.map { pod, place in
            Finding(
                .forwardDropped, pod.address.description,
                "chain \(name.chain) of \(name.table) drops what \(pod.holder) sends or gets by \(pod.link)"
                    + "\(detour(place, name)), and lets other pods through",
                since: pod.since, repair: repair.command(for: pod.address), attachment: pod.attachment)
        }
    }

    private static func detour(_ place: String, _ name: FilterChain.Name) -> String {
        place == name.chain ? "" : " (in chain \(place), which it jumps to)"
    }

    /// The chain in which what the pod sends is dropped; nil if it passes.
    private static func place(
        of pod: Sender, _ chain: FilterChain, _ chains: [FilterChain.Name: FilterChain]
    ) -> String? {
        let out = PodPacket(link: pod.link, address: pod.address, isFromPod: true)
        if case .dropped(let place, _) = FilterWalk(chains, out).end(in: chain) { return place }
        // Answers are a matter of connections; but a rule about pods may stop them, too.
        let answer = PodPacket(link: pod.link, address: pod.address, isFromPod: false)
        if case .dropped(let place, isAboutPods: true) = FilterWalk(chains, answer).end(in: chain) { return place }
        return nil
    }
}
