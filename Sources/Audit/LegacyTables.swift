import Addressing
import Glibc
import System

/// The chains of iptables' older form, which nft does not show; asked for only where the kernel has them already.
enum LegacyTables {
    static func read() -> [FilterChain.Name: FilterChain] {
        let ipv4 = chains(of: "iptables-legacy", "/proc/thread-self/net/ip_tables_names", .ipv4)
        let ipv6 = chains(of: "ip6tables-legacy", "/proc/thread-self/net/ip6_tables_names", .ipv6)
        return ipv4.merging(ipv6) { first, _ in first }
    }

    private static func chains(
        of program: String, _ list: String, _ family: AddressFamily
    ) -> [FilterChain.Name: FilterChain] {
        guard names(in: list).contains("filter"),
            let saved = output(of: "/usr/sbin/" + program + "-save", ["-t", "filter"])
        else { return [:] }
        return parse(String(decoding: saved, as: UTF8.self), program, family)
    }

    /// The tables that the kernel has, by one of its lists.
    static func names(in path: String) -> [Substring] {
        do throws(SystemError) { return try readText(path).split(separator: "\n") } catch { return [] }
    }

    private static func parse(
        _ text: String, _ table: String, _ family: AddressFamily
    ) -> [FilterChain.Name: FilterChain] {
        var chains: [FilterChain.Name: FilterChain] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if line.hasPrefix(":"), words.count > 1 {
                let name = FilterChain.Name(table: table, chain: String(words[0].dropFirst()))
                chains[name] = FilterChain(
                    name: name, families: [family], isForwarding: name.chain == "FORWARD",
                    dropsByDefault: words[1] == "DROP")
            } else if words.count > 3, words[0] == "-A", let rule = LegacyRule(Array(words.dropFirst(2))).rule {
                chains[FilterChain.Name(table: table, chain: words[1])]?.rules.append(rule)
            }
        }
        return chains
    }
}

/// A line of iptables-save(8), behind `-A CHAIN`.
private struct LegacyRule {
    private var conditions: [FilterCondition] = []
    private var verdict: FilterRule.Verdict?

    /// Nil for a rule that decides nothing.
    var rule: FilterRule? { verdict.map { FilterRule(conditions: conditions, verdict: $0) } }

    init(_ words: [String]) {
        var rest = words[...]
        var isNegated = false
        while let word = rest.popFirst() {
            if word == "!" {
                isNegated = true
                continue
            }
            // Every option has one value here: those with none and with two belong to matches that are not understood.
            if word.hasPrefix("-"), let value = rest.first, !value.hasPrefix("-"), value != "!" {
                rest.removeFirst()
                add(word, value, isNegated)
            }
            isNegated = false
        }
    }

    private mutating func add(_ option: String, _ value: String, _ isNegated: Bool) {
        let condition: FilterCondition
        switch option {
        case "-j": return verdict = Self.verdict(value)
        case "-g": return verdict = .go(value)
        case "-i", "-o": condition = .link(isInput: option == "-i", names: [value.replacing("+", with: "*")])
        case "-s", "-d": condition = .address(isSource: option == "-s", ranges: Self.range(value).map { [$0] } ?? [])
        case "--ctstate", "--state":
            condition = .state(value.split(separator: ",").map { $0.lowercased() })
        case "--match-set": condition = .hiddenSet
        case "-m", "--comment": return
        default: condition = .other
        }
        conditions.append(isNegated ? .not(condition) : condition)
    }

    private static func verdict(_ target: String) -> FilterRule.Verdict? {
        switch target {
        case "ACCEPT": .accept
        case "DROP", "REJECT": .drop
        case "RETURN": .back
        case "LOG", "NFLOG", "MARK", "CONNMARK", "TCPMSS": nil
        default: .jump(target)
        }
    }

    private static func range(_ text: String) -> ClosedRange<IPAddress>? {
        do throws(AddressError) {
            let prefix = try Prefix(parsing: text)
            return prefix.first...prefix.last
        } catch { return nil }
    }
}
