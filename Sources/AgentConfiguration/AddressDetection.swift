import Addressing
import JSON

/// How a node finds the address that others reach it by, in Calico's words (IP_AUTODETECTION_METHOD).
package enum AddressDetection: Hashable, Sendable {
    case given(InterfaceAddress)
    /// The first address of the first interface that is up and none of containers'.
    case firstFound
    /// The address from which packets to this one would go.
    case canReach(IPAddress)
    /// That of the first interface whose name matches one of the regular expressions.
    case interface([NamePattern])
    /// As `firstFound`, but for interfaces whose names match.
    case skipInterface([NamePattern])
    /// The first address that lies in one of the prefixes.
    case cidr([Prefix])
}

extension AddressDetection {
    /// Reads `192.168.0.80/24`, `first-found`, `can-reach=ADDRESS`, `interface=REGEX,…`, `skip-interface=REGEX,…`,
    /// `cidr=PREFIX,…`; nil for `none`, or where there is no such key.
    init?(_ object: JSONObject, _ key: String, _ family: AddressFamily) throws(JSON.TypeError) {
        guard let text = try object.string(key), text != "none" else { return nil }
        guard let method = Self(text, family) else {
            throw object.wrong(
                key,
                "an address with its prefix length, first-found, can-reach=ADDRESS, interface=REGEX, "
                    + "skip-interface=REGEX, cidr=PREFIX or none, of \(family)")
        }
        self = method
    }

    private init?(_ text: String, _ family: AddressFamily) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let values = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
        switch parts[0] {
        case "first-found" where parts.count == 1: self = .firstFound
        case "interface" where !values.isEmpty:
            guard let patterns = Self.patterns(values) else { return nil }
            self = .interface(patterns)
        case "skip-interface" where !values.isEmpty:
            guard let patterns = Self.patterns(values) else { return nil }
            self = .skipInterface(patterns)
        case "can-reach" where values.count == 1:
            guard let address = Self.read(values[0], IPAddress.init(parsing:)), address.family == family else {
                return nil
            }
            self = .canReach(address)
        case "cidr" where !values.isEmpty:
            let prefixes = values.compactMap { Self.read($0, Prefix.init(parsing:)) }.filter { $0.family == family }
            guard prefixes.count == values.count else { return nil }
            self = .cidr(prefixes)
        default:
            let address = Self.read(text) { (text) throws(AddressError) in try InterfaceAddress(parsing: text) }
            guard let address, address.address.family == family else { return nil }
            self = .given(address)
        }
    }

    private static func patterns(_ values: [String]) -> [NamePattern]? {
        let patterns = values.compactMap(NamePattern.init)
        return patterns.count == values.count ? patterns : nil
    }

    private static func read<Value>(_ text: String, _ parse: (String) throws(AddressError) -> Value) -> Value? {
        do throws(AddressError) { return try parse(text) } catch { return nil }
    }
}

/// A regular expression that interfaces' names are compared with; it need not match the whole name.
package struct NamePattern: Hashable, Sendable {
    private let text: String

    /// nil for a text that is no regular expression.
    package init?(_ text: String) {
        do { _ = try Regex(text) } catch { return nil }
        self.text = text
    }

    /// Whether some part of the name fits.
    package func matches(_ name: String) -> Bool {
        // It could be read once.
        do { return name.contains(try Regex(text)) } catch { return false }
    }
}
