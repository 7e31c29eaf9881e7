import Addressing
import ArgumentParser
import BIRD
import Dataplane
import JSON
import Netlink

/// What this node announces, what it has learnt, and whether the kernel goes by it.
struct NodeRoutesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes",
        abstract: "Show the routes that this node announces and those that it has learnt.",
        discussion: """
            BIRD is asked on its control socket, and the kernel's main table is read. PEERS is how many are told of a block;
            KERNEL what the kernel does with packets for it: "blackhole" for what is this node's, the next hop for what
            another has announced, "-" where it has no such route. A block that two nodes announce is marked: half of its
            traffic may be lost.

            JSON and YAML are an object: announced, each with cidr, peers (a number) and kernel (null: nothing), and learnt,
            each with cidr, peer (the name of BIRD's protocol), gateways, since, isBest, kernel and isShared (another node
            announces it, too). Names are the prefixes learnt.

            Examples:
              martletctl node routes
              martletctl node routes -o json
            """)

    @OptionGroup var agent: AgentOptions
    @OptionGroup var bird: BIRDOptions

    @Option(name: .shortAndLong, help: "How to print.")
    var output: ReadingFormat = .table

    func run() throws {
        let routes = try RouteSurvey(bird, agent)
        try Listing(lines: routes.lines, json: routes.json, names: routes.learnt.map { "\($0.destination)" })
            .show(output)
    }
}

/// What BIRD and kernel know of blocks.
private struct RouteSurvey {
    struct Announcement {
        let destination: Prefix
        let peers: Int
    }

    private(set) var announced: [Announcement] = []
    private(set) var learnt: [KnownRoute] = []
    private let tables: HostTables

    init(_ bird: BIRDOptions, _ agent: AgentOptions) throws(Trouble) {
        do throws(WiringError) { tables = try HostTables() } catch { throw Trouble(error) }
        (announced, learnt) = try bird.ask(agent) { (control) throws(BIRDError) in
            let sessions = try control.sessions().filter(\.isEstablished)
            var announced: [Announcement] = []
            var learnt: [KnownRoute] = []
            for family in AddressFamily.allCases {
                let peers = sessions.filter { $0.family == family }
                // All peers of a family are told the same.
                guard let peer = peers.first else { continue }
                let own = try control.routes(family, "export \(peer.name)").filter { $0.kind == "blackhole" }
                announced += own.map { Announcement(destination: $0.destination, peers: peers.count) }
                learnt += try control.routesInDetail(family, "where source = RTS_BGP")
            }
            return (announced, learnt)
        }
        announced.sort { $0.destination < $1.destination }
        learnt.sort { ($0.destination, $0.source) < ($1.destination, $1.source) }
    }

    /// Two route reflectors tell of the same announcement: its next hop says whose it is.
    private func isShared(_ route: KnownRoute) -> Bool {
        learnt.contains { $0.destination == route.destination && $0.nextHop != route.nextHop }
            || announced.contains { $0.destination == route.destination }
    }

    /// What the kernel does with packets for a block; nil where it has no route to it.
    private func kernel(_ destination: Prefix) -> String? {
        guard let route = tables.routes(to: destination).min(by: { $0.metric < $1.metric }) else { return nil }
        switch route.target {
        case .blackhole: return "blackhole"
        case .gateway(let gateway, let link): return "via \(gateway) dev \(name(link))"
        case .link(let link): return "dev \(name(link))"
        case .other: return "several next hops"
        }
    }

    private func name(_ link: Int32) -> String { tables.link(link)?.name ?? "\(link)" }

    var lines: [String] {
        var own = Table("ANNOUNCED", "PEERS", "KERNEL")
        for route in announced { own.add("\(route.destination)", "\(route.peers)", kernel(route.destination) ?? "-") }
        var others = Table("LEARNT", "FROM", "SINCE", "KERNEL")
        for route in learnt {
            let note = isShared(route) ? " (announced by another, too)" : ""
            others.add("\(route.destination)", route.source, route.since, (kernel(route.destination) ?? "-") + note)
        }
        return own.lines + [""] + others.lines
    }

    var json: JSON {
        [
            "announced": .array(
                announced.map { route in
                    [
                        "cidr": .string("\(route.destination)"), "peers": JSON(route.peers),
                        "kernel": kernel(route.destination).map { .string($0) } ?? .null,
                    ]
                }),
            "learnt": .array(
                learnt.map { route in
                    [
                        "cidr": .string("\(route.destination)"), "peer": .string(route.source),
                        "gateways": .array(route.gateways.map { .string($0) }), "since": .string(route.since),
                        "isBest": .bool(route.isBest),
                        "kernel": kernel(route.destination).map { .string($0) } ?? .null,
                        "isShared": .bool(isShared(route)),
                    ]
                }),
        ]
    }
}
