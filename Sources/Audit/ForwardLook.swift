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
    static func findings(_ senders: [Sender]) -> [Finding] {
        guard !senders.isEmpty else { return [] }
        return findings(senders, NftRuleset.read()?.chains ?? [:]) + findings(senders, LegacyTables.read())
    }

    private static func findings(_ senders: [Sender], _ chains: [FilterChain.Name: FilterChain]) -> [Finding] {
        chains.values.filter { $0.isForwarding && $0.name.table != "inet martlet" }.flatMap { chain in
            chain.families.flatMap { family in
                findings(on: chain, chains, family, senders.filter { $0.address.family == family })
            }
        }
    }

    /// One for the chain if it drops what all pods of the family send, else one for each whose packets it drops.
    private static func findings(
        on chain: FilterChain, _ chains: [FilterChain.Name: FilterChain], _ family: AddressFamily, _ pods: [Sender]
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
                    repair: repair(name))
            ]
        }
        return dropped.map { pod, place in
            Finding(
                .forwardDropped, pod.address.description,
                "chain \(name.chain) of \(name.table) drops what \(pod.holder) sends or gets by \(pod.link)"
                    + "\(detour(place, name)), and lets other pods through",
                since: pod.since, repair: repair(name, pod.address), attachment: pod.attachment)
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

    private static func repair(_ name: FilterChain.Name) -> String {
        if name.table.hasSuffix("-legacy") { return repair(name, "-i cali+", "-o cali+") }
        return repair(name, "iifname \"cali*\"", "oifname \"cali*\"")
    }

    /// Lets one pod through, and not those which somebody may have stopped on purpose.
    private static func repair(_ name: FilterChain.Name, _ address: IPAddress) -> String {
        if name.table.hasSuffix("-legacy") { return repair(name, "-s \(address)", "-d \(address)") }
        let word = address.family == .ipv4 ? "ip" : "ip6"
        return repair(name, "\(word) saddr \(address)", "\(word) daddr \(address)")
    }

    private static func repair(_ name: FilterChain.Name, _ from: String, _ to: String) -> String {
        if name.table.hasSuffix("-legacy") {
            let insert = "\(name.table) -I \(name.chain)"
            return "\(insert) \(from) -j ACCEPT && \(insert) \(to) -j ACCEPT"
        }
        let insert = "nft insert rule \(name.table) \(name.chain)"
        return "\(insert) '\(from) accept' && \(insert) '\(to) accept'"
    }
}
