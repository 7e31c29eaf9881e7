/// A link as `ip -d link` shows it.
package struct Link: Hashable, Sendable {
    package let name: String
    package let index: Int
    package let kind: String
    package let mac: String
    package let mtu: Int
    package let isUp: Bool
    package let alias: String?
    package let group: String
    /// The other end's index, for a veth.
    package let peerIndex: Int?
    /// The other end's name, when it is in the same namespace.
    package let peer: String?
    package let queues: Int

    init(_ value: Value) {
        name = value["ifname"].string ?? ""
        index = value["ifindex"].integer ?? 0
        kind = value["linkinfo"]["info_kind"].string ?? "none"
        mac = value["address"].string ?? ""
        mtu = value["mtu"].integer ?? 0
        isUp = value["flags"].strings.contains("UP")
        alias = value["ifalias"].string
        group = value["group"].string ?? ""
        peerIndex = value["link_index"].integer
        peer = value["link"].string
        queues = max(value["num_tx_queues"].integer ?? 0, value["num_rx_queues"].integer ?? 0)
    }
}

/// An address on a link.
package struct LinkAddress: Hashable, Sendable {
    package let link: String
    /// With its prefix length: `10.244.0.1/32`.
    package let address: String
    package let scope: String
    /// Duplicate address detection has not ended.
    package let isTentative: Bool

    init(_ value: Value, on link: String) {
        self.link = link
        address = "\(value["local"].string ?? "")/\(value["prefixlen"].integer ?? 0)"
        scope = value["scope"].string ?? ""
        isTentative = value["tentative"].bool ?? false
    }
}

extension Namespace {
    /// All links, in the order of their indexes.
    package func links() async throws -> [Link] {
        try await json("-d", "link", "show").elements.map(Link.init).sorted { $0.index < $1.index }
    }

    /// The link of that name, nil when there is none.
    package func link(_ name: String) async throws -> Link? {
        try await links().first { $0.name == name }
    }

    /// All addresses; those of one link when it is named.
    package func addresses(of name: String? = nil) async throws -> [LinkAddress] {
        try await json("addr", "show").elements.flatMap { link in
            let owner = link["ifname"].string ?? ""
            return link["addr_info"].elements.map { LinkAddress($0, on: owner) }
        }.filter { name == nil || $0.link == name }
    }

    /// What `ip -j` answers, with protocols, scopes and tables as numbers.
    package func json(_ arguments: String...) async throws -> Value {
        let completion = try await run(["/sbin/ip", "-N", "-j"] + arguments)
        guard completion.succeeded else { throw Failure("ip \(arguments): \(completion.errorText)") }
        return completion.output.isEmpty ? [] : try Value(parsing: completion.output)
    }
}
