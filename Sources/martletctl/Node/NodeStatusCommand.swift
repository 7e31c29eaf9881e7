import Addressing
import ArgumentParser
import BIRD
import JSON

/// The node's sessions and how they are, as BIRD tells of them.
struct NodeStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the BGP sessions of this node.",
        discussion: """
            BIRD is asked on its control socket. STATE is BIRD's word for the session, SINCE when that began, INFO the state
            of BGP and the last error. A session that stays Passive or Connect without an error: the peer is dead, does not
            know this node, is behind a filter of tcp/179, or has another password.

            JSON and YAML are an object: version, and peers, each with name, address, type, state, since, bgpState (null
            while it is down) and lastError (null: none). Names are the peers' addresses, one a line.

            Examples:
              martletctl node status
              martletctl node status --bird-socket /run/bird/bird.ctl
            """)

    /// From here on a full mesh costs more than it is worth.
    static let mostMeshed = 100

    @OptionGroup var agent: AgentOptions
    @OptionGroup var bird: BIRDOptions

    @Option(name: .shortAndLong, help: "How to print.")
    var output: ReadingFormat = .table

    func run() throws {
        let (daemon, sessions) = try bird.ask(agent) { (control) throws(BIRDError) in
            (try control.daemon(), try control.sessions())
        }
        let peers = sessions.map { PeerRow($0, now: daemon.time) }
        let listing = Listing(
            lines: ["BIRD \(daemon.version) is running."] + AddressFamily.allCases.flatMap { table(peers, $0) },
            json: ["version": .string(daemon.version), "peers": .array(peers.map(\.json))],
            names: peers.map(\.address))
        try listing.show(output)
        let meshed = peers.count { $0.session.name.hasPrefix("Mesh_") }
        if meshed > Self.mostMeshed, output.isForPeople {
            Output.error(
                "Warning: a full mesh of \(counted(meshed, "peer")): from \(Self.mostMeshed) on, route reflectors cost less "
                    + "(routeReflectorClusterID of a Node, a BGPPeer to them, nodeToNodeMeshEnabled: false)")
        }
    }

    private func table(_ peers: [PeerRow], _ family: AddressFamily) -> [String] {
        let own = peers.filter { $0.family == family }
        if own.isEmpty { return ["", "\(family) BGP status", "No \(family) peers found."] }
        var table = BorderedTable(["PEER ADDRESS", "PEER TYPE", "STATE", "SINCE", "INFO"])
        for peer in own { table.add(peer.cells) }
        return ["", "\(family) BGP status"] + table.lines
    }
}

/// A session in calicoctl's columns.
private struct PeerRow {
    let session: Session
    /// BIRD's clock, `2026-11-23 03:21:02`.
    let now: String

    init(_ session: Session, now: String) {
        self.session = session
        self.now = now
    }

    var address: String { session.neighbourAddress ?? session.name }

    var family: AddressFamily { address.contains(":") ? .ipv6 : .ipv4 }

    private var type: String {
        switch session.name.prefix(while: { $0 != "_" }) {
        case "Mesh": "node-to-node mesh"
        case "Global": "global"
        case "Node": "node specific"
        default: "other"
        }
    }

    private var info: String { [session.bgpState, session.lastError].compactMap(\.self).joined(separator: " ") }

    /// The time of day, or the day if it is another.
    private var since: String {
        let parts = session.since.split(separator: " ")
        guard parts.count == 2, now.hasPrefix(parts[0]) else { return String(parts.first ?? "-") }
        return String(parts[1])
    }

    var cells: [String] { [address, type, session.state, since, info] }

    var json: JSON {
        [
            "name": .string(session.name), "address": .string(address), "type": .string(type),
            "state": .string(session.state), "since": .string(session.since),
            "bgpState": session.bgpState.map { .string($0) } ?? .null,
            "lastError": session.lastError.map { .string($0) } ?? .null,
        ]
    }
}
