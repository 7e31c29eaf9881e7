import Addressing

/// What has become of a session with a peer: a row of `show protocols`.
package struct Session: Hashable, Sendable {
    /// The protocol's name, `Mesh_192_168_0_81`.
    package let name: String
    /// BIRD's state of the protocol: `up`, `start`, `down`, `flush`, `stop`.
    package let state: String
    /// Since when, in BIRD's time zone, `2026-11-23 03:21:02`.
    package let since: String
    /// The state of BGP, `Established` or another of RFC 4271; nil while the protocol is down.
    package let bgpState: String?
    /// The last error, until the session stands again.
    package let lastError: String?
    /// The peer's address as BIRD prints it; nil where only the rows were asked for.
    package var neighbourAddress: String?
    /// How many routes are exchanged, for each family that the session carries; none where only the rows were asked for.
    package private(set) var routes: [AddressFamily: RouteCount] = [:]

    /// How many routes BIRD has taken from a peer and given to it.
    package struct RouteCount: Hashable, Sendable {
        package var imported = 0
        package var exported = 0

        package init() {}
    }

    /// Whether routes are exchanged.
    package var isEstablished: Bool { bgpState == "Established" }

    /// The family of the peer's address, and of the routes exchanged.
    package var family: AddressFamily { neighbourAddress?.contains(":") == true ? .ipv6 : .ipv4 }

    private static let bgpStates: Set<Substring> = [
        "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established", "Close", "Passive",
    ]

    /// Reads a row `Name Proto Table State Since… Info`; nil for the row of another protocol than BGP.
    init?(row: String) {
        let words = row.split(separator: " ")
        guard words.count >= 6, words[1] == "BGP" else { return nil }
        name = String(words[0])
        state = String(words[3])
        since = words[4] + " " + words[5]
        let info = words[6...]
        let hasState = info.first.map { Self.bgpStates.contains($0) } ?? false
        bgpState = hasState ? info.first.map(String.init) : nil
        let error = (hasState ? info.dropFirst() : info).joined(separator: " ")
        lastError = error.isEmpty ? nil : error
    }
}

extension Session {
    /// Takes in a detail, `Neighbor address: 192.168.0.81`, or of a channel `Routes: 2 imported, 1 exported, 2 preferred`.
    fileprivate mutating func take(detail: String, of channel: inout AddressFamily?) {
        let words = detail.split { $0 == " " || $0 == "," }
        guard words.count >= 2 else { return }
        switch words[0] {
        case "Neighbor" where words[1] == "address:" && words.count > 2: neighbourAddress = String(words[2])
        case "Channel":
            channel = AddressFamily.allCases.first { "\($0)".lowercased() == words[1] }
            // Of one that is down BIRD says no number.
            if let channel { routes[channel] = RouteCount() }
        case "Routes:":
            guard let channel else { return }
            var count = RouteCount()
            for (number, what) in zip(words.dropFirst(), words.dropFirst(2)) {
                if what == "imported" { count.imported = Int(number) ?? 0 }
                if what == "exported" { count.exported = Int(number) ?? 0 }
            }
            routes[channel] = count
        default: break
        }
    }
}

extension ControlSocket {
    /// The sessions and how they are, in BIRD's order.
    ///
    /// - Parameter withDetails: whether peers' addresses and counts of routes are asked for, which takes BIRD longer.
    package mutating func sessions(withDetails: Bool = true) throws(BIRDError) -> [Session] {
        var sessions: [Session] = []
        var channel: AddressFamily?
        // Details of a protocol that is no session follow a row that is none.
        var isSession = false
        for line in try ask(withDetails ? "show protocols all" : "show protocols").lines {
            switch line.code {
            case 1002:
                let session = Session(row: line.text)
                if let session { sessions.append(session) }
                isSession = session != nil
                channel = nil
            case 1006 where isSession: sessions[sessions.count - 1].take(detail: line.text, of: &channel)
            default: break
            }
        }
        return sessions
    }
}
