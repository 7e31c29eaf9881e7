/// A route as `ip -N -d route show table all` shows it, numbers instead of names (`rtnetlink.h`).
package struct Route: Hashable, Sendable {
    /// RTN_*.
    package enum Kind: String, Sendable {
        case unicast = "1"
        case local = "2"
        case broadcast = "3"
        case anycast = "4"
        case multicast = "5"
        case blackhole = "6"
        case unreachable = "7"
        case other
    }

    /// Always with its length: `0.0.0.0/0`, `10.244.0.1/32`.
    package let destination: String
    package let kind: Kind
    package let device: String?
    package let gateway: String?
    /// RT_SCOPE_*: 0 universe, 253 link, 254 host.
    package let scope: Int
    /// RTPROT_*: 2 kernel, 3 boot, 4 static, and Martlet's 80.
    package let proto: Int
    package let metric: Int
    package let table: Int

    init(_ value: Value, isIPv6: Bool) {
        let text = value["dst"].string ?? ""
        destination = Route.withLength(text, isIPv6: isIPv6)
        kind = value["type"].string.flatMap(Kind.init) ?? .other
        device = value["dev"].string
        gateway = value["gateway"].string ?? value["via"]["host"].string
        scope = Route.number(value["scope"])
        proto = Route.number(value["protocol"])
        metric = Route.number(value["metric"])
        table = Route.number(value["table"])
    }

    private static func number(_ value: Value) -> Int {
        value.integer ?? value.string.flatMap { Int($0) } ?? 0
    }

    private static func withLength(_ text: String, isIPv6: Bool) -> String {
        if text == "default" { return isIPv6 ? "::/0" : "0.0.0.0/0" }
        return text.contains("/") ? text : text + (isIPv6 ? "/128" : "/32")
    }
}

/// A neighbour entry.
package struct Neighbour: Hashable, Sendable {
    package let address: String
    package let device: String
    package let mac: String?
    /// NUD_*, as `ip` spells it: `STALE`, `PERMANENT`, `REACHABLE`…
    package let state: String
    /// NTF_EXT_LEARNED: put there by a control plane, not counted against the table's limit.
    package let isExternallyLearned: Bool

    init(_ value: Value) {
        address = value["dst"].string ?? ""
        device = value["dev"].string ?? ""
        mac = value["lladdr"].string
        state = value["state"].strings.joined(separator: " ")
        isExternallyLearned = value.members["extern_learn"] != nil
    }
}

extension Namespace {
    /// Routes of both families in every table.
    package func allRoutes() async throws -> [Route] {
        let ipv4 = try await json("-d", "-4", "route", "show", "table", "all").elements
        let ipv6 = try await json("-d", "-6", "route", "show", "table", "all").elements
        return ipv4.map { Route($0, isIPv6: false) } + ipv6.map { Route($0, isIPv6: true) }
    }

    /// Routes of the main table (254), both families, without the multicast and link-local ones the kernel makes.
    package func routes() async throws -> [Route] {
        try await allRoutes().filter { $0.table == 254 && !$0.destination.hasPrefix("fe80:") }
    }

    /// Routes of the main table to exactly that destination.
    package func routes(to destination: String) async throws -> [Route] {
        try await routes().filter { $0.destination == destination }
    }

    /// The blackholes of Martlet's protocol number, by destination.
    package func blackholes(proto: Int = 80) async throws -> Set<String> {
        Set(try await routes().filter { $0.kind == .blackhole && $0.proto == proto }.map(\.destination))
    }

    /// Neighbour entries of both families.
    package func neighbours() async throws -> [Neighbour] {
        try await json("neigh", "show").elements.map(Neighbour.init)
    }

    /// Routing policy rules of both families, one line each.
    package func rules() async throws -> [String] {
        let ipv4 = try await json("-4", "rule", "show").elements.map { "ipv4 \($0)" }
        let ipv6 = try await json("-6", "rule", "show").elements.map { "ipv6 \($0)" }
        return ipv4 + ipv6
    }
}
