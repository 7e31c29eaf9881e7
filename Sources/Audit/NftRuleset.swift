import Addressing
import Glibc
import JSON
import System

/// The chains of nftables, those of iptables-nft among them, as `nft -j list ruleset` shows them.
struct NftRuleset {
    private(set) var chains: [FilterChain.Name: FilterChain] = [:]
    private var sets: [String: JSON] = [:]

    /// What the kernel has; nil where there is no nft, or it does not say.
    static func read() -> NftRuleset? {
        guard let text = list("ruleset") else { return nil }
        do throws(JSON.SyntaxError) { return NftRuleset(try JSON.parse(text)) } catch { return nil }
    }

    /// What `nft -j list` prints of the kernel's; nil where there is no nft, or it does not say.
    static func list(_ what: String) -> [UInt8]? {
        for folder in ["/usr/sbin", "/sbin", "/usr/bin", "/bin"] where access(folder + "/nft", X_OK) == 0 {
            return output(of: folder + "/nft", ["-j", "list", what])
        }
        return nil
    }

    init(_ document: JSON) {
        guard case .array(let objects)? = document["nftables"] else { return }
        for object in objects { addSet(object["set"] ?? object["map"]) }
        for object in objects { addChain(object["chain"]) }
        for object in objects { addRule(object["rule"]) }
    }

    private mutating func addSet(_ set: JSON?) {
        guard let set, let table = Self.table(set), let name = set["name"]?.text else { return }
        sets[table + " @" + name] = set["elem"] ?? .array([])
    }

    private mutating func addChain(_ chain: JSON?) {
        guard let chain, let table = Self.table(chain), let name = chain["name"]?.text else { return }
        let families: [AddressFamily]
        switch chain["family"]?.text {
        case "ip": families = [.ipv4]
        case "ip6": families = [.ipv6]
        case "inet": families = AddressFamily.allCases
        default: return
        }
        let key = FilterChain.Name(table: table, chain: name)
        chains[key] = FilterChain(
            name: key, families: families, isForwarding: chain["hook"]?.text == "forward",
            dropsByDefault: chain["policy"]?.text == "drop")
    }

    private mutating func addRule(_ rule: JSON?) {
        guard let rule, let table = Self.table(rule), let chain = rule["chain"]?.text,
            case .array(let expressions)? = rule["expr"]
        else { return }
        let rules = NftRule(expressions) { [sets] in sets[table + " " + $0] }.rules
        chains[FilterChain.Name(table: table, chain: chain)]?.rules += rules
    }

    private static func table(_ object: JSON) -> String? {
        guard let family = object["family"]?.text, let table = object["table"]?.text else { return nil }
        return family + " " + table
    }
}

/// What a program writes to standard output; nil when it failed.
func output(of path: String, _ arguments: [String]) -> [UInt8]? {
    do throws(SystemError) {
        let completion = try Command.run(
            path, arguments: arguments, environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"],
            capturesErrors: true)
        return completion.status == .exited(0) ? completion.output : nil
    } catch { return nil }
}

extension JSON {
    /// The text of a string, else nil.
    var text: String? { if case .string(let text) = self { text } else { nil } }
}
