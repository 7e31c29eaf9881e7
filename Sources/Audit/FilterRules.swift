import Addressing

/// A chain of a packet filter, as far as it decides on what pods send and get.
struct FilterChain {
    /// What a chain is named by, where several tables may have chains of one name.
    struct Name: Hashable {
        /// `ip filter` of nftables, `iptables-legacy`.
        let table: String
        let chain: String
    }

    let name: Name
    /// Families of the packets that come along.
    let families: [AddressFamily]
    /// Whether all that is forwarded comes along.
    let isForwarding: Bool
    /// Whether what no rule decides on is dropped.
    let dropsByDefault: Bool
    var rules: [FilterRule] = []
}

/// A rule: what it is about, and what becomes of that.
struct FilterRule {
    enum Verdict: Hashable {
        case accept, drop, back
        case jump(String)
        case go(String)
    }

    var conditions: [FilterCondition]
    let verdict: Verdict
}

/// One thing that a rule asks of a packet.
indirect enum FilterCondition {
    /// By which link it comes, or goes.
    case link(isInput: Bool, names: [String])
    /// Its source, or destination: ranges of addresses.
    case address(isSource: Bool, ranges: [ClosedRange<IPAddress>])
    /// Words of connection tracking, such as `new`.
    case state([String])
    case family(AddressFamily)
    /// States that iptables does not tell nft: mostly that a connection is known.
    case hiddenState
    /// A set that iptables does not tell nft: who accepts by one will have put the pods in, who drops by one will not.
    case hiddenSet
    /// What no pod can be told by: a port, a mark.
    case other
    case not(FilterCondition)
}

/// A packet of a pod.
struct PodPacket {
    let link: String
    let address: IPAddress
    /// It comes from the pod and begins a connection; else it is an answer to the pod.
    let isFromPod: Bool

    /// What is known of whether the packet is one that a condition is about.
    enum Answer {
        /// It is, for what it has of the pod.
        case yes
        /// It may be, for what it has of the pod.
        case mayBe
        /// It is, whosever it is.
        case always
        case perhaps
        case no
    }

    func answer(_ condition: FilterCondition) -> Answer {
        switch condition {
        case .link(let isInput, let names):
            guard isInput == isFromPod else { return .perhaps }
            return names.contains { matches($0) } ? .yes : .no
        case .address(let isSource, let ranges):
            guard isSource == isFromPod else { return .perhaps }
            return ranges.contains { $0.contains(address) } ? .yes : .no
        case .state(let states): return states.contains(isFromPod ? "new" : "established") ? .always : .no
        case .family(let family): return family == address.family ? .always : .no
        case .hiddenState: return isFromPod ? .no : .perhaps
        case .hiddenSet: return .mayBe
        case .other: return .perhaps
        case .not(let condition):
            switch answer(condition) {
            case .yes, .always: return .no
            case .no: return .always
            case .mayBe: return .mayBe
            case .perhaps: return .perhaps
            }
        }
    }

    /// A name, or the beginning of names before a `*`.
    private func matches(_ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? link.hasPrefix(pattern.dropLast()) : link == pattern
    }
}
