import Addressing
import JSON

/// The table in words: its rules' comments, and the document that `nft -j` reads.
enum Ruleset {
    /// Counts the forms that the table has had. Raise it whenever `document(for:)` changes.
    static let revision: UInt64 = 1

    static let family: JSON = "inet"
    static let table: JSON = "martlet"

    /// One transaction that leaves exactly this table, whatever was there before.
    ///
    /// `add` before `delete` because deleting a table that is missing is an error, and nft 1.0.6 has no `destroy`.
    static func document(for plan: MasqueradePlan) -> JSON {
        var commands = removal
        if plan.masqueraded.isEmpty && !plan.guardsIPv6Sources { return ["nftables": .array(commands)] }
        let digest = plan.digest
        commands.append(["add": ["table": ["family": family, "name": table]]])
        var rules: [JSON] = []
        for family in AddressFamily.allCases where plan.masquerades(family) {
            commands += sets(family, plan)
            rules.append(rule("postrouting", masquerading(family), .natOutgoing, digest))
        }
        if !rules.isEmpty { commands.append(chain("postrouting", type: "nat", priority: 100)) }
        if plan.guardsIPv6Sources {
            commands.append(chain("prerouting", type: "filter", priority: -300))
            rules.append(rule("prerouting", sourceGuard, .sourceGuard, digest))
        }
        return ["nftables": .array(commands + rules)]
    }

    /// The commands that leave no table.
    static var removal: [JSON] {
        let table: JSON = ["table": ["family": family, "name": table]]
        return [["add": table], ["delete": table]]
    }

    /// The family's sets. A constant set cannot change once a rule uses it, not by flushing it either (EBUSY).
    private static func sets(_ family: AddressFamily, _ plan: MasqueradePlan) -> [JSON] {
        [("pools", plan.pools), ("nat", plan.masqueraded)].map { name, prefixes in
            let elements = prefixes.filter { $0.family == family }.map { prefix -> JSON in
                ["prefix": ["addr": .string(prefix.address.description), "len": JSON(prefix.length)]]
            }
            let set: JSON = [
                "family": Ruleset.family, "table": table, "name": .string(name + family.digit),
                "type": .string(family.setType), "flags": ["constant", "interval"], "elem": .array(elements),
            ]
            return ["add": ["set": set]]
        }
    }

    private static func chain(_ name: JSON, type: JSON, priority: Int) -> JSON {
        let chain: JSON = [
            "family": family, "table": table, "name": name, "type": type, "hook": name, "prio": JSON(priority),
            "policy": "accept",
        ]
        return ["add": ["chain": chain]]
    }

    private static func rule(_ chain: JSON, _ statements: [JSON], _ purpose: RulePurpose, _ digest: UInt64) -> JSON {
        let rule: JSON = [
            "family": family, "table": table, "chain": chain, "expr": .array(statements),
            "comment": .string(purpose.comment(digest)),
        ]
        return ["add": ["rule": rule]]
    }

    /// `ip saddr @nat4 ip daddr != @pools4 masquerade fully-random`
    private static func masquerading(_ family: AddressFamily) -> [JSON] {
        [
            match("==", payload(family, "saddr"), .string("@nat" + family.digit)),
            match("!=", payload(family, "daddr"), .string("@pools" + family.digit)),
            ["masquerade": ["flags": ["fully-random"]]],
        ]
    }

    /// `iifname "cali*" ip6 saddr != fe80::/10 ip6 saddr != :: fib saddr . iif oif missing drop`
    ///
    /// All must come in where its answer would go out, but for neighbour discovery, which speaks from link-local
    /// addresses, and duplicate address detection, which speaks from none. Neither is forwarded. Newer kernels excuse
    /// both by themselves.
    private static var sourceGuard: [JSON] {
        [
            match("==", ["meta": ["key": "iifname"]], "cali*"),
            match("!=", payload(.ipv6, "saddr"), ["prefix": ["addr": "fe80::", "len": 10]]),
            match("!=", payload(.ipv6, "saddr"), "::"),
            match("==", ["fib": ["result": "oif", "flags": ["saddr", "iif"]]], false),
            ["drop": .null],
        ]
    }

    private static func match(_ operation: JSON, _ left: JSON, _ right: JSON) -> JSON {
        ["match": ["op": operation, "left": left, "right": right]]
    }

    private static func payload(_ family: AddressFamily, _ field: JSON) -> JSON {
        ["payload": ["protocol": .string(family.protocolName), "field": field]]
    }
}

extension AddressFamily {
    fileprivate var digit: String {
        switch self {
        case .ipv4: "4"
        case .ipv6: "6"
        }
    }

    /// The family's name in nftables expressions.
    fileprivate var protocolName: String {
        switch self {
        case .ipv4: "ip"
        case .ipv6: "ip6"
        }
    }

    fileprivate var setType: String {
        switch self {
        case .ipv4: "ipv4_addr"
        case .ipv6: "ipv6_addr"
        }
    }
}
