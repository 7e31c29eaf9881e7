/// One thing that happens to a node.
indirect enum Step: Hashable, Sendable {
    /// ADD of a container, which lives in one of the node's sandboxes.
    case add(Attachment, sandbox: Int, Wish)
    case delete(Attachment)
    case check(Attachment)
    /// GC of a network.
    case collect(network: String, keeping: Set<String>)
    /// ADDs and DELs of different containers at the same time.
    case together([Step])
    /// An ADD, DEL or GC that is killed that far on its way, between 0 and 1 of its system calls.
    case killed(Step, at: Double)
    /// The sandbox goes, and its link with it.
    case die(Attachment)
    /// Somebody deletes the link.
    case cut(Attachment)
    /// Another device gets an address's route.
    case usurp(IP)
    case yield(IP)
    /// The machine starts again, for the n-th time: links, routes and sandboxes are gone.
    case reboot(Int)
    case pass(seconds: Int)
    case apply(Book.Pool)
    case patch(String, isDisabled: Bool)
    case drop(pool: String)
    /// The node's labels; nil forgets the node.
    case declare(Book.Labels?)
    case reserve(String, Set<Span>)
    case unreserve(String)
    case configure(limit: Int?, rest: Int?)
    case release(IP)
    case audit(isFixing: Bool)
}

/// What runtime, configuration and pod ask for.
struct Wish: Hashable, Sendable {
    /// The way in which an address or pools are asked for.
    enum Manner: CaseIterable, Sendable { case arguments, capability, annotation, configuration }

    var isIPv4 = true
    var isIPv6 = false
    /// At most one of each family.
    var addresses: [IP] = []
    var pools4: [String] = []
    var pools6: [String] = []
    var manner = Manner.configuration

    /// Which families it gets, IPv4 first.
    var families: [Bool] {
        [false, true].filter { ($0 ? isIPv6 : isIPv4) || address(isIPv6: $0) != nil }
    }

    func address(isIPv6: Bool) -> IP? { addresses.first { $0.isIPv6 == isIPv6 } }
    func pools(isIPv6: Bool) -> [String] { isIPv6 ? pools6 : pools4 }
}

/// What an operation answered.
enum Answer: Hashable, Sendable {
    /// CNI, without a word.
    case done
    case addresses([IP])
    /// The code of a CNI error.
    case error(Int)
    /// The exit status of martletctl.
    case exit(Int)
    case killed
    /// Nobody was asked.
    case nothing

    /// What an ADD has given.
    var given: [IP] { if case .addresses(let addresses) = self { addresses } else { [] } }

    /// With the two codes for a lack of addresses as one: which of them it is depends on what happens at the same time.
    var roughly: Answer { self == .error(107) ? .error(11) : self }
}

extension Step {
    /// In a word, for counting.
    var kind: String {
        switch self {
        case .add: "ADD"
        case .delete: "DEL"
        case .check: "CHECK"
        case .collect: "GC"
        case .together: "at once"
        case .killed: "to be killed"
        case .die: "sandbox lost"
        case .cut: "link lost"
        case .usurp, .yield: "route usurped"
        case .reboot: "reboot"
        case .pass: "time jump"
        case .apply: "apply"
        case .patch: "patch"
        case .drop: "pool deleted"
        case .declare: "labels"
        case .reserve, .unreserve: "reservation"
        case .configure: "configure"
        case .release: "release"
        case .audit(let isFixing): isFixing ? "check --fix" : "check"
        }
    }
}

extension Step: CustomStringConvertible {
    var description: String {
        switch self {
        case .add(let holder, let sandbox, let wish): "ADD \(holder) in sandbox \(sandbox)\(wish)"
        case .delete(let holder): "DEL \(holder)"
        case .check(let holder): "CHECK \(holder)"
        case .collect(let network, let kept): "GC \(network) keeping \(kept.sorted())"
        case .together(let steps): "at once: " + steps.map(\.description).joined(separator: " + ")
        case .killed(let step, let share): "killed after \(Int(share * 100)) %: \(step)"
        case .die(let holder): "sandbox of \(holder) goes"
        case .cut(let holder): "link of \(holder) is deleted"
        case .usurp(let address): "up0 gets the route to \(address)"
        case .yield(let address): "up0 loses the route to \(address)"
        case .reboot(let number): "reboot \(number)"
        case .pass(let seconds): "\(seconds) s pass"
        case .apply(let pool):
            "apply pool \(pool.name) \(pool.cidr) /\(pool.blockLength)\(pool.isDisabled ? " disabled" : "")"
                + (pool.isAutomatic ? "" : " manual") + " \(pool.selector.rawValue)"
        case .patch(let name, let isDisabled): "patch pool \(name) disabled \(isDisabled)"
        case .drop(let name): "delete pool \(name)"
        case .declare(let node): node.map { "node in rack \($0.rack ?? "none")" } ?? "delete node"
        case .reserve(let name, let spans): "reserve \(name) \(spans.sorted())"
        case .unreserve(let name): "delete reservation \(name)"
        case .configure(let limit, let rest):
            "configure limit \(limit.map(String.init) ?? "-") rest \(rest.map(String.init) ?? "-")"
        case .release(let address): "release \(address)"
        case .audit(let isFixing): "ipam check\(isFixing ? " --fix" : "")"
        }
    }
}

extension Wish: CustomStringConvertible {
    var description: String {
        let families = isIPv4 && isIPv6 ? " dual" : isIPv6 ? " IPv6" : ""
        let wanted = addresses.isEmpty ? "" : " \(addresses)"
        let pools = pools4.isEmpty && pools6.isEmpty ? "" : " of \(pools4 + pools6)"
        return families + wanted + pools + (wanted.isEmpty && pools.isEmpty ? "" : " by \(manner)")
    }
}
