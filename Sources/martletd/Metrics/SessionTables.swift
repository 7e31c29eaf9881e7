import Addressing
import BIRD
import Metrics

/// Sessions and their routes, counted by what operators ask for.
struct SessionTables: Sendable {
    private struct Kind: Hashable, Comparable {
        let type: String
        let family: String

        static func < (one: Kind, other: Kind) -> Bool { (one.type, one.family) < (other.type, other.family) }
    }

    /// What they are hoped to be: there is a number of these even when it is 0.
    private static let established = "established"

    private var states: [Kind: [String: Int]] = [:]
    private var routes: [Kind: Session.RouteCount] = [:]

    init(_ sessions: [Session]) {
        for session in sessions {
            let type = session.name.prefix { $0 != "_" }.lowercased()
            let isKnown = ["mesh", "global", "node"].contains(type)
            let peer = session.neighbourAddress?.contains(":") == true ? AddressFamily.ipv6 : .ipv4
            let kind = Kind(type: isKnown ? type : "other", family: peer.label)
            states[kind, default: [Self.established: 0]][session.bgpState?.lowercased() ?? "down", default: 0] += 1
            for (family, count) in session.routes {
                let kind = Kind(type: kind.type, family: family.label)
                routes[kind, default: Session.RouteCount()].imported += count.imported
                routes[kind, default: Session.RouteCount()].exported += count.exported
            }
        }
    }

    func add(to page: inout Exposition) {
        var samples: [Sample<Int>] = []
        for (kind, counts) in states.sorted(by: { $0.key < $1.key }) {
            for (state, count) in counts.sorted(by: { $0.key < $1.key }) {
                samples.append(Sample(kind.type, kind.family, state, value: count))
            }
        }
        page.add(Measures.sessions, samples)
        let rows = routes.sorted { $0.key < $1.key }
        page.add(Measures.imported, rows.map { Sample($0.key.type, $0.key.family, value: $0.value.imported) })
        page.add(Measures.exported, rows.map { Sample($0.key.type, $0.key.family, value: $0.value.exported) })
    }
}
