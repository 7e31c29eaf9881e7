import Addressing
import IPAM
import Ledger
import Netlink

/// Which of the kernel's events can mean that it is not as the ledger says any more.
///
/// What an ADD makes goes by unless it is something that the agent has not seen yet. Other programs' routes, links and
/// neighbours do, too.
struct Interest {
    private struct Entry: Hashable {
        let link: Int32
        let address: IPAddress
    }

    private let origin: UInt8
    private var pools: [Prefix] = []
    private var blocks: Set<Prefix> = []
    private var links: [Int32: Link] = [:]
    private var answers: [Entry: MACAddress?] = [:]

    /// - Parameter origin: protocol number of the blackhole routes that are Martlet's.
    init(origin: UInt8) { self.origin = origin }

    /// Takes what the ledger says now.
    mutating func learn(_ ledger: LedgerSnapshot, node: String) {
        pools = ledger.pools.map(\.cidr)
        blocks = Set(ledger.blocks.filter { $0.owner == node }.map(\.cidr))
    }

    /// Takes all links that there are.
    mutating func learn(_ all: [Link]) {
        links = Dictionary(all.filter(\.isPods).map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
        answers = answers.filter { links[$0.key.link] != nil }
    }

    /// Whether to look.
    mutating func isRoused(by event: KernelEvent) -> Bool {
        switch event {
        case .lost: return true
        case .link(let link):
            guard link.isPods || links[link.index] != nil else { return false }
            return links.updateValue(link, forKey: link.index) != link
        case .linkGone(let link):
            answers = answers.filter { $0.key.link != link.index }
            return links.removeValue(forKey: link.index) != nil || link.isPods
        case .route(let route): return isRoused(by: route)
        case .routeGone(let route):
            guard route.table == Route.mainTable else { return false }
            return route.isBlackhole(of: origin) || isPods(route.destination)
        case .neighbour(let link, let address, let mac):
            guard isPods(address, on: link) else { return false }
            return answers.updateValue(mac, forKey: Entry(link: link, address: address)) != .some(mac)
        case .neighbourGone(let link, let address):
            answers[Entry(link: link, address: address)] = nil
            return isPods(address, on: link)
        case .address: return false
        case .addressGone(let link, _): return links[link] != nil
        case .settings(let link): return link.map { links[$0] != nil } ?? true
        }
    }

    private func isRoused(by route: Route) -> Bool {
        guard route.table == Route.mainTable else { return false }
        // In the place of a blackhole, or one more.
        if blocks.contains(route.destination) { return route.target != .blackhole }
        if route.isBlackhole(of: origin) { return true }
        // What leads to a pod by its own link is an ADD's.
        if case .link(let index) = route.target, links[index] != nil { return false }
        return isPods(route.destination)
    }

    private func isPods(_ destination: Prefix) -> Bool {
        destination.isSingleAddress && pools.contains { $0.contains(destination) }
    }

    private func isPods(_ address: IPAddress, on link: Int32) -> Bool {
        links[link] != nil && pools.contains { $0.contains(address) }
    }
}

extension Link {
    /// Whether it is the host end of a pod's, by its name or by its alias.
    var isPods: Bool { name.hasPrefix("cali") || Attachment(alias: alias) != nil }
}

extension Route {
    fileprivate func isBlackhole(of origin: UInt8) -> Bool { target == .blackhole && self.origin == origin }
}
