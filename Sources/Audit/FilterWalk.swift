/// Goes with a packet of a pod through the chains of one table, and says where it ends.
///
/// What is not known for sure counts for the filter: a rule that accepts something of the pod is taken to let it pass,
/// and one that drops only something of it is no fault.
struct FilterWalk {
    /// What becomes of the packet.
    enum End: Hashable {
        case accepted
        /// By a rule of this chain, which is about pods or about everything.
        case dropped(in: String, isAboutPods: Bool)
        case passed
    }

    private let chains: [FilterChain.Name: FilterChain]
    private let packet: PodPacket
    /// Chains that lead to one another have no more floors; a damaged dump might.
    private static let deepest = 16

    init(_ chains: [FilterChain.Name: FilterChain], _ packet: PodPacket) {
        self.chains = chains
        self.packet = packet
    }

    /// The end in a chain that all forwarded packets come to.
    func end(in chain: FilterChain) -> End {
        let end = walk(chain, isSure: true, isAboutPods: false, depth: 0)
        guard end == .passed else { return end }
        return chain.dropsByDefault ? .dropped(in: chain.name.chain, isAboutPods: false) : .accepted
    }

    private func walk(_ chain: FilterChain, isSure: Bool, isAboutPods: Bool, depth: Int) -> End {
        guard depth < Self.deepest else { return .passed }
        for rule in chain.rules {
            let answers = rule.conditions.map(packet.answer)
            if answers.contains(.no) { continue }
            let isSure = isSure && !answers.contains(.perhaps) && !answers.contains(.mayBe)
            let isAboutPods = isAboutPods || answers.contains(.yes) || answers.contains(.mayBe)
            switch rule.verdict {
            case .accept:
                if isSure || isAboutPods { return .accepted }
            case .drop:
                if isSure { return .dropped(in: chain.name.chain, isAboutPods: isAboutPods) }
            case .back:
                if isSure { return .passed }
            case .jump(let name), .go(let name):
                guard let next = chains[FilterChain.Name(table: chain.name.table, chain: name)] else { continue }
                let end = walk(next, isSure: isSure, isAboutPods: isAboutPods, depth: depth + 1)
                if end != .passed { return end }
                if case .go = rule.verdict, isSure { return .passed }
            }
        }
        return .passed
    }
}
