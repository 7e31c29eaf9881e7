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

extension ControlSocket {
    /// The sessions and how they are, in BIRD's order.
    package mutating func sessions() throws(BIRDError) -> [Session] {
        var sessions: [Session] = []
        for line in try ask("show protocols all").lines {
            switch line.code {
            case 1002: if let session = Session(row: line.text) { sessions.append(session) }
            case 1006 where !sessions.isEmpty:
                let words = line.text.split(separator: " ")
                // A detail of a protocol that is no session follows a row that is none.
                if words.starts(with: ["Neighbor", "address:"]), let address = words.dropFirst(2).first {
                    sessions[sessions.count - 1].neighbourAddress = String(address)
                }
            default: break
            }
        }
        return sessions
    }
}
