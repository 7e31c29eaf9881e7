import JSON
import System

/// Chains of packet filters that Felix has made: they go on dropping what its policies said when it was stopped.
enum CalicoChains {
    /// A line for each table that has any, with all of their names.
    ///
    /// - Throws: `AuditError.unreadable` where nft does not say what the kernel has.
    static func standing() throws(AuditError) -> [String] {
        try nftables() + legacy()
    }

    private static func nftables() throws(AuditError) -> [String] {
        guard let text = NftRuleset.list("chains"), let document = parse(text),
            case .array(let objects)? = document["nftables"]
        else {
            throw .unreadable("the packet filter cannot be looked at: nft -j list chains fails, or there is no nft")
        }
        var tables: [(name: String, chains: [String])] = []
        for case .some(let chain) in objects.map({ $0["chain"] }) {
            guard let family = chain["family"]?.text, let table = chain["table"]?.text, let name = chain["name"]?.text,
                isCalicos(name) || table == "calico"
            else { continue }
            let whole = family + " " + table
            if tables.last?.name != whole { tables.append((whole, [])) }
            tables[tables.count - 1].chains.append(name)
        }
        return tables.map { table in
            if table.name.hasSuffix(" calico") {
                return words(table.name, table.chains, "nft delete table \(table.name)")
            }
            let program = table.name.hasPrefix("ip6 ") ? "ip6tables" : "iptables"
            return words(table.name, table.chains, "\(program)-save | sed /cali-/d | \(program)-restore")
        }
    }

    /// Asked for only where the kernel has them already, for asking would make them.
    private static func legacy() -> [String] {
        [("iptables-legacy", "ip_tables_names"), ("ip6tables-legacy", "ip6_tables_names")].flatMap { program, list in
            LegacyTables.names(in: "/proc/thread-self/net/" + list).compactMap { table in
                guard let saved = output(of: "/usr/sbin/" + program + "-save", ["-t", String(table)]) else {
                    return nil
                }
                // `:cali-FORWARD - [0:0]`
                let chains = String(decoding: saved, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix(":") }
                    .map { String($0.dropFirst().prefix { $0 != " " }) }.filter(isCalicos)
                guard !chains.isEmpty else { return nil }
                return words(
                    "\(program) \(table)", chains, "\(program)-save | sed /cali-/d | \(program)-restore")
            }
        }
    }

    private static func words(_ table: String, _ chains: [String], _ flush: String) -> String {
        "chains of Calico's stand in \(table): \(chains.joined(separator: ", ")): run \(flush)"
    }

    /// Those of iptables begin so; in nftables the name of iptables' table stands in front.
    private static func isCalicos(_ chain: String) -> Bool { chain.hasPrefix("cali-") || chain.contains("-cali-") }

    private static func parse(_ text: [UInt8]) -> JSON? {
        do throws(JSON.SyntaxError) { return try JSON.parse(text) } catch { return nil }
    }
}
