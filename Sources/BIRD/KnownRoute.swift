import Addressing

/// A route as BIRD knows it: a row of `show route`.
package struct KnownRoute: Hashable, Sendable {
    package let destination: Prefix
    /// Who has told BIRD: the name of a protocol, such as `Mesh_192_168_0_81` or `kernel4`.
    package let source: String
    /// `unicast`, `blackhole`, `unreachable` or `prohibit`.
    package let kind: String
    /// Since when, in BIRD's time zone, `2026-11-23 03:21:02`.
    package let since: String
    /// Whether it is the best to its destination.
    package let isBest: Bool
    /// The next hops, `192.168.0.81 on ens33`.
    package private(set) var gateways: [String] = []
    /// The address that whoever announces it wants its packets sent to, RFC 4271: of a block, its node. nil where only
    /// the rows were asked for, and for a route that is no peer's.
    package private(set) var nextHop: IPAddress?
}

extension ControlSocket {
    /// The routes of a family that BIRD knows.
    ///
    /// - Parameter filter: words of BIRD's behind `show route`, such as `export Mesh_192_168_0_81`.
    package mutating func routes(_ family: AddressFamily, _ filter: String = "") throws(BIRDError) -> [KnownRoute] {
        try KnownRoute.read(try ask(KnownRoute.command(family, filter)).texts(1007))
    }

    /// The same with their next hops as announced, which takes BIRD longer.
    package mutating func routesInDetail(
        _ family: AddressFamily, _ filter: String = ""
    ) throws(BIRDError) -> [KnownRoute] {
        let lines = try ask(KnownRoute.command(family, "all " + filter)).lines
        return try KnownRoute.read(lines.filter { [1007, 1012].contains($0.code) }.map(\.text))
    }
}

extension KnownRoute {
    fileprivate static func command(_ family: AddressFamily, _ filter: String) -> String {
        let table = family == .ipv4 ? "master4" : "master6"
        return ["show route table \(table)", filter].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Takes rows apart: a destination is said once for all routes to it, and next hops stand on lines of their own, as
    /// attributes do.
    static func read(_ lines: [String]) throws(BIRDError) -> [KnownRoute] {
        var routes: [KnownRoute] = []
        var destination: Prefix?
        for line in lines where !line.hasPrefix("Table ") && !line.isEmpty {
            if line.first == "\t" {
                if !routes.isEmpty { routes[routes.count - 1].take(line.split { $0 == " " || $0 == "\t" }) }
                continue
            }
            var words = line.split(separator: " ")[...]
            if line.first != " ", let first = words.popFirst() {
                do throws(AddressError) { destination = try Prefix(parsing: String(first)) } catch {
                    throw .protocol("expected a prefix, got \"\(line)\"")
                }
            }
            guard let destination, let route = KnownRoute(words, to: destination) else {
                throw .protocol("expected a route, got \"\(line)\"")
            }
            routes.append(route)
        }
        return routes
    }

    /// `via 192.168.0.81 on ens33`, `BGP.next_hop: 192.168.0.81`, with IPv6 followed by a link-local address; or another
    /// attribute.
    private mutating func take(_ words: [Substring]) {
        if words.count >= 4, words[0] == "via" { gateways.append("\(words[1]) on \(words[3])") }
        guard words.count >= 2, words[0] == "BGP.next_hop:" else { return }
        do throws(AddressError) { nextHop = try IPAddress(parsing: String(words[1])) } catch { nextHop = nil }
    }

    /// `blackhole [kernel4 2026-11-26 01:07:50] * (200)`; a route of a peer may say `from ADDRESS` behind the time.
    private init?(_ words: ArraySlice<Substring>, to destination: Prefix) {
        var words = words
        guard let kind = words.popFirst(), let source = words.popFirst(), source.first == "[",
            let date = words.popFirst(), let time = words.popFirst()
        else { return nil }
        self.destination = destination
        self.kind = String(kind)
        self.source = String(source.dropFirst())
        since = "\(date) \(time.prefix { $0 != "]" })"
        isBest = words.contains("*")
    }
}
