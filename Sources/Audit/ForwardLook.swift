import Addressing
import IPAM
import Ledger

/// Chains of packet filters that drop what the pods of this node send.
enum ForwardLook {
    /// A pod, as a packet filter sees it.
    struct Sender {
        let link: String
        let address: IPAddress
    }

    /// The chains that let none of these pods through.
    ///
    /// Where some pass and others do not, somebody decides on each pod, such as the plugin `firewall`; a pod whose
    /// chain of plugins is at work just now is not let through yet, or no more.
    static func findings(_ senders: [Sender]) -> [Finding] {
        guard !senders.isEmpty else { return [] }
        return findings(senders, NftRuleset.read()?.chains ?? [:]) + findings(senders, LegacyTables.read())
    }

    private static func findings(_ senders: [Sender], _ chains: [FilterChain.Name: FilterChain]) -> [Finding] {
        chains.values.filter { $0.isForwarding && $0.name.table != "inet martlet" }.compactMap { chain in
            let concerned = senders.filter { chain.families.contains($0.address.family) }
            return finding(on: chain, chains, concerned)
        }
    }

    /// Nil if the chain lets pods of each family through.
    private static func finding(
        on chain: FilterChain, _ chains: [FilterChain.Name: FilterChain], _ senders: [Sender]
    ) -> Finding? {
        for family in chain.families {
            var dropped: String?
            let pods = senders.filter { $0.address.family == family }
            for pod in pods {
                dropped = place(of: pod, chain, chains)
                if dropped == nil { break }
            }
            guard let dropped else { continue }
            let reason = dropped == chain.name.chain ? "" : " (in chain \(dropped), which it jumps to)"
            return Finding(
                .forwardDropped, "\(chain.name.table) \(chain.name.chain)",
                "chain \(chain.name.chain) of \(chain.name.table) drops what \(family == .ipv4 ? "IPv4" : "IPv6") pods "
                    + "send\(reason), and nothing before that accepts cali* or the pools",
                repair: repair(chain.name))
        }
        return nil
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
        if name.table.hasSuffix("-legacy") {
            let insert = "\(name.table) -I \(name.chain)"
            return "\(insert) -i cali+ -j ACCEPT && \(insert) -o cali+ -j ACCEPT"
        }
        let insert = "nft insert rule \(name.table) \(name.chain)"
        return "\(insert) 'iifname \"cali*\" accept' && \(insert) 'oifname \"cali*\" accept'"
    }
}
