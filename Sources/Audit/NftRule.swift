import Addressing
import JSON

/// A rule of nftables: its expressions, libnftables-json(5), as conditions and verdicts.
struct NftRule {
    /// One rule, or, for a map of verdicts, one for each of its elements.
    private(set) var rules: [FilterRule] = []
    private var conditions: [FilterCondition] = []
    private let set: (String) -> JSON?

    /// - Parameter set: the elements of a set by its name, such as `@pods`.
    init(_ expressions: [JSON], set: @escaping (String) -> JSON?) {
        self.set = set
        for expression in expressions { add(expression) }
    }

    private mutating func add(_ expression: JSON) {
        guard case .object(let members) = expression, let member = members.first else { return }
        switch member.name {
        case "match": conditions.append(condition(member.value))
        case "vmap": addMap(member.value)
        case "xt": addExtension(member.value)
        // They let every packet go on to the next expression.
        case "counter", "log", "comment", "meta", "mangle", "notrack", "set": break
        case "limit", "quota", "ct count", "fib", "socket": conditions.append(.other)
        default:
            if let verdict = verdict(expression) { rules.append(FilterRule(conditions: conditions, verdict: verdict)) }
        }
    }

    private func verdict(_ expression: JSON) -> FilterRule.Verdict? {
        guard case .object(let members) = expression, let member = members.first else { return nil }
        switch member.name {
        case "accept", "queue": return .accept
        case "drop", "reject": return .drop
        case "return": return .back
        case "jump": return member.value["target"]?.text.map { .jump($0) }
        case "goto": return member.value["target"]?.text.map { .go($0) }
        default: return nil
        }
    }

    /// What nft 1.0 knows of iptables' own matches and targets is their names.
    private mutating func addExtension(_ value: JSON) {
        switch (value["type"]?.text, value["name"]?.text) {
        case (_, "comment"): break
        case (_, "conntrack"), (_, "state"): conditions.append(.hiddenState)
        case ("match", "set"): conditions.append(.hiddenSet)
        case ("target", "REJECT"): rules.append(FilterRule(conditions: conditions, verdict: .drop))
        case ("target", _): break
        default: conditions.append(.other)
        }
    }

    private mutating func addMap(_ value: JSON) {
        guard let key = value["key"], case .array(let pairs)? = elements(value["data"]) else { return }
        for pair in pairs {
            guard case .array(let parts) = pair, parts.count == 2, let verdict = verdict(parts[1]) else { continue }
            let condition = condition(on: key, .array([parts[0]]))
            rules.append(FilterRule(conditions: conditions + [condition], verdict: verdict))
        }
    }

    private func condition(_ match: JSON) -> FilterCondition {
        guard let left = match["left"], let right = match["right"] else { return .other }
        let condition = condition(on: left, elements(right))
        switch match["op"]?.text {
        case "!=": return .not(condition)
        case "==", "in": return condition
        default: return .other
        }
    }

    /// The values of a set, be it written out or named; nil for one that is not known.
    private func elements(_ value: JSON?) -> JSON? {
        if let set = value?["set"] { return set }
        if let text = value?.text, text.hasPrefix("@") { return set(text) }
        if case .array? = value { return value }
        return value.map { .array([$0]) }
    }

    private func condition(on left: JSON, _ right: JSON?) -> FilterCondition {
        guard case .array(let values)? = right else { return .other }
        if let key = left["meta"]?["key"]?.text { return condition(onMeta: key, values) }
        if left["ct"]?["key"]?.text == "state" { return .state(values.compactMap(\.text)) }
        if let payload = left["payload"], let field = payload["field"]?.text, ["saddr", "daddr"].contains(field) {
            return .address(isSource: field == "saddr", ranges: values.compactMap(Self.range))
        }
        return .other
    }

    private func condition(onMeta key: String, _ values: [JSON]) -> FilterCondition {
        switch key {
        case "iifname", "iif": .link(isInput: true, names: values.compactMap(\.text))
        case "oifname", "oif": .link(isInput: false, names: values.compactMap(\.text))
        case "nfproto": values.contains(.string("ipv4")) ? .family(.ipv4) : .family(.ipv6)
        default: .other
        }
    }

    /// The addresses that an element of a set means: one, a prefix, or a range.
    private static func range(_ value: JSON) -> ClosedRange<IPAddress>? {
        if let text = value.text { return address(text).map { $0...$0 } }
        if let inner = value["elem"]?["val"] { return range(inner) }
        if let prefix = value["prefix"], let address = prefix["addr"]?.text.flatMap(address),
            let length = prefix["len"]?.integer, let whole = Prefix(covering: address, length: length)
        {
            return whole.first...whole.last
        }
        guard case .array(let ends)? = value["range"], ends.count == 2, let first = ends[0].text.flatMap(address),
            let last = ends[1].text.flatMap(address), first <= last
        else { return nil }
        return first...last
    }

    private static func address(_ text: String) -> IPAddress? {
        do throws(AddressError) { return try IPAddress(parsing: text) } catch { return nil }
    }
}
