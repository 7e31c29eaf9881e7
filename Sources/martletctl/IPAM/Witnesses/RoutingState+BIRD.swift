import Addressing
import Audit
import BIRD

extension RoutingState {
    /// Asks BIRD.
    init(askingAt socket: String) throws(BIRDError) {
        self.init()
        var control = try ControlSocket.open(socket)
        let daemon = try control.daemon()
        let sessions = try control.sessions()
        self.sessions = sessions.map { session in
            Session(
                session.name, peer: session.neighbourAddress ?? session.name, isEstablished: session.isEstablished,
                age: session.age(at: daemon), state: session.words)
        }
        for family in AddressFamily.allCases {
            announced[family] = try Self.announcements(family, sessions, &control)
            learnt += try control.routesInDetail(family, "where source = RTS_BGP").compactMap(Learnt.init)
        }
    }

    /// What peers of a family are told that is this node's; all are told the same. nil where no session stands.
    private static func announcements(
        _ family: AddressFamily, _ sessions: [BIRD.Session], _ control: inout ControlSocket
    ) throws(BIRDError) -> Set<Prefix>? {
        guard let peer = sessions.first(where: { $0.isEstablished && $0.family == family }) else { return nil }
        do throws(BIRDError) {
            let routes = try control.routes(family, "export \(peer.name)")
            return Set(routes.filter { $0.kind == "blackhole" }.map(\.destination))
        } catch {
            // The session has ended in this moment.
            guard case .refused = error else { throw error }
            return nil
        }
    }
}

extension RoutingState.Learnt {
    fileprivate init?(_ route: KnownRoute) {
        guard let announcer = route.nextHop else { return nil }
        let gateways = route.gateways.compactMap { gateway in
            do throws(AddressError) { return try IPAddress(parsing: String(gateway.prefix { $0 != " " })) } catch {
                return nil as IPAddress?
            }
        }
        self.init(
            route.destination, session: route.source, announcer: announcer,
            gateways: route.kind == "unreachable" ? nil : Set(gateways), isBest: route.isBest)
    }
}

extension Session {
    /// How it is, for people.
    fileprivate var words: String {
        let error = lastError.map { "last error: \($0)" } ?? "no error"
        return "\(bgpState ?? state), \(error)"
    }
}
