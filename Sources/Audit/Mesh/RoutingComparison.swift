import Addressing
import Dataplane
import IPAM
import Ledger
import Netlink
import System

/// What BIRD announces and has learnt, against the ledger's blocks and the kernel's routes.
struct RoutingComparison {
    private(set) var findings: [Finding] = []
    private let routing: RoutingState
    private let nodes: [String: [IPAddress]]
    private let look: MeshLook

    /// Seconds that a session has to come about.
    private static let patience = 60

    /// - Parameter nodes: their addresses by their names, as far as they are known.
    init(_ routing: RoutingState, _ nodes: [String: [IPAddress]], _ look: MeshLook) {
        self.routing = routing
        self.nodes = nodes
        self.look = look
        compareSessions()
        compareAnnouncements()
        compareAnnouncers()
        compareKernel()
    }

    /// What is in no pool is not Martlet's affair.
    private var learnt: [RoutingState.Learnt] { routing.learnt.filter { look.isOfPool($0.destination) } }

    private mutating func compareSessions() {
        for session in routing.sessions where !session.isEstablished {
            guard let age = session.age, age > Self.patience else { continue }
            findings.append(
                Finding(
                    .sessionDown, session.peer,
                    "the session \(session.name) with \(session.peer) does not stand: \(session.state)",
                    since: wallClockSeconds() - age,
                    repair: "martletctl node status, on this node and on the peer"))
        }
    }

    private mutating func compareAnnouncements() {
        let pools = Dictionary(look.ledger.pools.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let own = look.ownBlocks.filter { $0.isAnnounced && pools[$0.pool]?.isExported ?? true }
        for block in own {
            guard let announced = routing.announced[block.cidr.family], !announced.contains(block.cidr)
            else { continue }
            findings.append(
                Finding(
                    .blockUnannounced, block.cidr.description,
                    "block \(block.cidr) is this node's, and BIRD does not announce it: other nodes do not reach its pods",
                    since: block.claimedAt, repair: isBlackhole(block.cidr) ? Finding.agent : Finding.fix))
        }
        let right = Set(own.map(\.cidr))
        for block in routing.announced.values.joined() where !right.contains(block) && look.isOfPool(block) {
            let isOwn = look.ownBlocks.contains { $0.cidr == block }
            findings.append(
                Finding(
                    .announcedForeign, block.description,
                    isOwn
                        ? "BIRD announces \(block), a block of a pool with disableBGPExport"
                        : "BIRD announces \(block), which is no block of this node's: its owner is not reached",
                    repair: !isOwn && isBlackhole(block) ? Finding.fix : Finding.agent))
        }
    }

    /// Whether the kernel has the route that the plugin or the agent makes of a block.
    private func isBlackhole(_ block: Prefix) -> Bool {
        look.tables.routes(to: block).contains {
            $0.target == .blackhole && $0.origin == look.options.routeOrigin
        }
    }

    private mutating func compareAnnouncers() {
        let own = Set(routing.announced.values.joined())
        for (block, routes) in Dictionary(grouping: learnt, by: \.destination) {
            var announcers = Set(routes.map(\.announcer)).sorted().map(name)
            if own.contains(block) || look.ownBlocks.contains(where: { $0.cidr == block && $0.isAnnounced }) {
                announcers.insert("this node", at: 0)
            }
            guard announcers.count > 1 else { continue }
            findings.append(
                Finding(
                    .twoAnnouncers, block.description,
                    "block \(block) is announced by \(announcers.joined(separator: " and by ")): packets for its pods "
                        + "go to either",
                    repair: "martletctl ipam check, on each of them; who has no right to the block, withdraws it"))
        }
    }

    private mutating func compareKernel() {
        let own = Set(look.ownBlocks.map(\.cidr))
        for route in learnt where route.isBest && !own.contains(route.destination) {
            guard let problem = problem(of: route) else { continue }
            findings.append(
                Finding(
                    .peerRouteMissing, route.destination.description,
                    "block \(route.destination) of \(name(route.announcer)) was learnt by \(route.session), and \(problem)",
                    repair: "martletctl node routes, to see what the kernel has instead"))
        }
    }

    /// Why the kernel does not send packets where BIRD has learnt; nil: it does.
    private func problem(of route: RoutingState.Learnt) -> String? {
        guard let gateways = route.gateways else { return "BIRD finds no way to its next hop \(route.announcer)" }
        let routes = look.tables.routes(to: route.destination)
        guard let best = routes.min(by: { $0.metric < $1.metric }) else { return "the kernel has no route to it" }
        switch best.target {
        case .gateway(let gateway, _): return gateways.contains(gateway) ? nil : "the kernel has a route by \(gateway)"
        case .link(let link): return "the kernel has a route to \(look.tables.link(link)?.name ?? "link \(link)")"
        case .blackhole: return "the kernel has a blackhole for it"
        // Several next hops at once.
        case .other: return nil
        }
    }

    /// Who has an address, for people.
    private func name(_ address: IPAddress) -> String {
        guard let node = nodes.first(where: { $0.value.contains(address) }) else { return "\(address)" }
        return "\(address) (\(node.key))"
    }
}
