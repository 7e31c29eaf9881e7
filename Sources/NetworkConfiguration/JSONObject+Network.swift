import Addressing
import IPAM
import JSON

extension JSONObject {
    /// An error about a key's value.
    func wrong(_ key: String, _ expected: String) -> JSON.TypeError {
        JSON.TypeError(path: path(to: key), found: value(key) ?? .null, expected: expected)
    }

    /// An error about a key of Calico's whose value Martlet cannot honour.
    func unsupported(_ key: String, _ expected: String) -> JSON.TypeError {
        JSON.TypeError(path: path(to: key), unsupported: value(key) ?? .null, expected: expected)
    }

    /// A path from the root; empty text counts as absent.
    func absolutePath(_ key: String) throws(JSON.TypeError) -> String? {
        guard let text = try string(key), !text.isEmpty else { return nil }
        guard text.utf8.first == UInt8(ascii: "/"), !text.utf8.contains(0) else {
            throw wrong(key, "an absolute path")
        }
        return text
    }

    /// One of two words.
    func choice(_ key: String, _ one: String, _ other: String) throws(JSON.TypeError) -> String? {
        guard let word = try string(key) else { return nil }
        guard word == one || word == other else { throw wrong(key, "\"" + one + "\" or \"" + other + "\"") }
        return word
    }

    /// One prefix, or a list of them.
    func prefixes(_ key: String) throws(JSON.TypeError) -> [Prefix] {
        try parse(key, oneOrMore(key)) { (text) throws(AddressError) in try Prefix(parsing: text) }
    }

    /// A list of prefixes.
    func prefixList(_ key: String) throws(JSON.TypeError) -> [Prefix] {
        try parse(key, strings(key) ?? []) { (text) throws(AddressError) in try Prefix(parsing: text) }
    }

    /// One address, or a list of them.
    func addresses(_ key: String) throws(JSON.TypeError) -> [IPAddress] {
        try parse(key, oneOrMore(key)) { (text) throws(AddressError) in try IPAddress(parsing: text) }
    }

    /// A list of addresses, each with or without a prefix length; the key's letters may be of either case.
    func interfaceAddresses(_ key: String) throws(JSON.TypeError) -> [InterfaceAddress] {
        let name = spelling(of: key)
        return try parse(name, strings(name) ?? []) { (text) throws(AddressError) in
            try InterfaceAddress(parsing: text, defaultPrefixLength: .full)
        }
    }

    /// The key as it is spelt here: runtimes send capabilities in letter case of their own.
    func spelling(of key: String) -> String {
        if value(key) != nil { return key }
        for member in members where member.name.lowercased() == key { return member.name }
        return key
    }

    private func oneOrMore(_ key: String) throws(JSON.TypeError) -> [String] {
        if case .string(let text) = value(key) { return [text] }
        return try strings(key) ?? []
    }

    private func parse<Element>(
        _ key: String, _ texts: [String], _ parse: (String) throws(AddressError) -> Element
    ) throws(JSON.TypeError) -> [Element] {
        var elements: [Element] = []
        for text in texts {
            do throws(AddressError) { elements.append(try parse(text)) } catch {
                throw JSON.TypeError(
                    path: path(to: key), found: .string(text), expected: error.expected + " (" + error.reason + ")")
            }
        }
        return elements
    }

    /// Destinations of `routes: [{"dst": "10.0.0.0/8"}]`; nil where there is no such key.
    func routes() throws(JSON.TypeError) -> [Prefix]? {
        guard let routes = try objects("routes") else { return nil }
        var destinations: [Prefix] = []
        for route in routes {
            let destination = try route.prefixes("dst")
            guard destination.count == 1 else { throw route.wrong("dst", "one prefix such as 10.0.0.0/8") }
            destinations += destination
        }
        return destinations
    }

    /// `pools: [{name, cidr, blockSize, natOutgoing, disabled, disableBGPExport}]`, each sound and none like another.
    func pools() throws(JSON.TypeError) -> [Pool] {
        var pools: [Pool] = []
        for object in try objects("pools") ?? [] {
            let pool = try object.pool()
            do throws(PoolProblem) {
                try PoolProblem.check(pool)
                for other in pools { try PoolProblem.check(pool, beside: other) }
            } catch { throw object.wrong("cidr", "another range: " + error.description) }
            pools.append(pool)
        }
        return pools
    }

    private func pool() throws(JSON.TypeError) -> Pool {
        guard let cidr = try prefixes("cidr").first else { throw wrong("cidr", "a prefix such as 10.244.0.0/16") }
        guard let name = try string("name"), !name.isEmpty else { throw wrong("name", "the pool's name") }
        let isHidden = try bool("disableBGPExport")
        var pool = Pool(
            name: name, cidr: cidr, blockLength: try blockLength(cidr.family, isExported: isHidden != true),
            natOutgoing: try bool("natOutgoing") ?? false, disabled: try bool("disabled") ?? false)
        pool.isExported = isHidden != true
        pool.configured = isHidden == nil ? .exceptExport : .withExport
        return pool
    }

    /// Blocks of one address have no route of their own, and so cannot be announced.
    private func blockLength(_ family: AddressFamily, isExported: Bool) throws(JSON.TypeError) -> Int? {
        let lengths = Pool.blockLengths(family)
        let length = try integer("blockSize", in: lengths.lowerBound...family.bits)
        guard let length, isExported, !lengths.contains(length) else { return length }
        throw wrong(
            "blockSize", "at most " + String(lengths.upperBound) + ", as " + Pool.singleAddressObjection(family))
    }
}
