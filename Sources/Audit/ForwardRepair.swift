import Addressing

/// What lets pods through a chain, in the words of whoever keeps its rules: others than his are gone when he starts again.
struct ForwardRepair {
    private enum Keeper {
        case firewalld, ufw
        /// iptables-legacy or ip6tables-legacy.
        case legacy(String)
        case nft
    }

    private let name: FilterChain.Name
    private let keeper: Keeper
    private let pools: [Prefix]

    /// - Parameters:
    ///   - chains: the others of the same packet filter.
    ///   - pools: where pods' addresses come from.
    init(_ name: FilterChain.Name, _ chains: [FilterChain.Name: FilterChain], _ pools: [Prefix]) {
        func has(_ chain: String) -> Bool { chains[FilterChain.Name(table: name.table, chain: chain)] != nil }
        self.name = name
        self.pools = pools
        if name.table == "inet firewalld" {
            keeper = .firewalld
        } else if has("ufw-before-forward") || has("ufw6-before-forward") {
            keeper = .ufw
        } else if name.table.hasSuffix("-legacy") {
            keeper = .legacy(name.table)
        } else {
            keeper = .nft
        }
    }

    /// Lets all pods of a family through.
    func command(for family: AddressFamily) -> String {
        let ranges = pools.filter { $0.family == family }.map(\.description)
        return switch keeper {
        case .firewalld: Self.firewalld(ranges)
        case .ufw: Self.ufw(ranges)
        case .legacy(let program): legacy(program, "-i cali+", "-o cali+")
        case .nft: nft("iifname \"cali*\"", "oifname \"cali*\"")
        }
    }

    /// Lets one pod through, and not those which somebody may have stopped on purpose.
    func command(for address: IPAddress) -> String {
        let word = address.family == .ipv4 ? "ip" : "ip6"
        return switch keeper {
        case .firewalld: Self.firewalld([address.description])
        case .ufw: Self.ufw([address.description])
        case .legacy(let program): legacy(program, "-s \(address)", "-d \(address)")
        case .nft: nft("\(word) saddr \(address)", "\(word) daddr \(address)")
        }
    }

    private static func firewalld(_ sources: [String]) -> String {
        "firewall-cmd --permanent --zone=trusted" + sources.map { " --add-source=\($0)" }.joined()
            + " && firewall-cmd --reload"
    }

    private static func ufw(_ sources: [String]) -> String {
        sources.map { "ufw route allow from \($0) && ufw route allow to \($0)" }.joined(separator: " && ")
    }

    private func legacy(_ program: String, _ from: String, _ to: String) -> String {
        let insert = "\(program) -I \(name.chain)"
        return "\(insert) \(from) -j ACCEPT && \(insert) \(to) -j ACCEPT"
    }

    private func nft(_ from: String, _ to: String) -> String {
        let insert = "nft insert rule \(name.table) \(name.chain)"
        return "\(insert) '\(from) accept' && \(insert) '\(to) accept'"
    }
}
