import Addressing
import JSON
import Logs
import Registry
import Resources
import System

extension JSONObject {
    /// An error about a key's value.
    func wrong(_ key: String, _ expected: String) -> JSON.TypeError {
        JSON.TypeError(path: path(to: key), found: value(key), expected: expected)
    }

    /// Refuses what would be silently without effect.
    func refuseOthers(than known: Set<String>) throws(JSON.TypeError) {
        guard let stranger = members.first(where: { !known.contains($0.name) }) else { return }
        throw wrong(stranger.name, "one of the keys " + known.sorted().joined(separator: ", "))
    }

    /// A path from the root.
    func path(_ key: String) throws(JSON.TypeError) -> String? {
        guard let text = try string(key) else { return nil }
        guard text.utf8.first == UInt8(ascii: "/"), !text.utf8.contains(0) else { throw wrong(key, "an absolute path") }
        return text
    }

    /// What a text means; nil where there is no such key.
    func parsed<Value>(
        _ key: String, _ text: String?, _ parse: (String) throws(AddressError) -> Value
    ) throws(JSON.TypeError) -> Value? {
        guard let text else { return nil }
        do throws(AddressError) { return try parse(text) } catch {
            throw JSON.TypeError(
                path: path(to: key), found: .string(text), expected: "\(error.expected) (\(error.reason))")
        }
    }

    /// An address of a family.
    func address(_ key: String, of family: AddressFamily) throws(JSON.TypeError) -> IPAddress? {
        let address = try parsed(key, try string(key)) { (text) throws(AddressError) in try IPAddress(parsing: text) }
        if let address, address.family != family { throw wrong(key, "an \(family) address") }
        return address
    }

    /// `nodename`, else the content of `nodename_file`, else the machine's name.
    func nodeName() throws(JSON.TypeError) -> String {
        if let name = try string("nodename"), !name.isEmpty { return name }
        guard let file = try path("nodename_file") else { return machineName() }
        do throws(SystemError) {
            if let name = try readText(file).split(whereSeparator: \.isWhitespace).first { return String(name) }
        } catch { throw wrong("nodename_file", "a file that can be read (\(error.reason))") }
        throw wrong("nodename_file", "a file with the node's name in it")
    }

    /// `ip_forward`, as in the network configuration.
    func leavesForwarding() throws(JSON.TypeError) -> Bool {
        switch try string("ip_forward") {
        case nil, "auto": false
        case "leave": true
        default: throw wrong("ip_forward", "\"auto\" or \"leave\"")
        }
    }

    /// `static`, or where the registry is.
    func registry() throws(JSON.TypeError) -> RegistryPlace? {
        guard let text = try string("registry"), text != "static" else { return nil }
        guard let place = RegistryPlace(text) else {
            throw wrong("registry", "\"static\", or \(RegistryPlace.expected)")
        }
        return place
    }

    /// v3 manifests, in JSON.
    func resources() throws(JSON.TypeError) -> [Resource] {
        var resources: [Resource] = []
        for (index, json) in (try array("objects") ?? []).enumerated() {
            do throws(ManifestError) { resources.append(try Resource(Document(json))) } catch {
                throw JSON.TypeError(
                    path: .index(path(to: "objects"), index), found: json["metadata"]?["name"],
                    expected: "a manifest: \(error.description)")
            }
        }
        return resources
    }

    /// One prefix or several, at most one of a family.
    func ranges(_ key: String) throws(JSON.TypeError) -> [Prefix] {
        var texts: [String] = []
        if case .string(let text)? = value(key) { texts = [text] } else { texts = try strings(key) ?? [] }
        var ranges: [Prefix] = []
        for text in texts {
            let range = try parsed(key, text) { (text) throws(AddressError) in try Prefix(parsing: text) }
            if let range { ranges.append(range) }
        }
        guard Set(ranges.map(\.family)).count == ranges.count else { throw wrong(key, "one range of each family") }
        return ranges
    }

    /// `127.0.0.1:9467`, `[::1]:9467`, or `unix:PATH`.
    func metrics() throws(JSON.TypeError) -> AgentConfiguration.MetricsPlace? {
        guard let text = try string("metrics") else { return nil }
        let expected = "an address of loopback and a port such as 127.0.0.1:9467, or unix:PATH"
        if text.hasPrefix("unix:/") { return .socket(path: String(text.dropFirst(5))) }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            throw wrong("metrics", expected)
        }
        let host = text[..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
        let address = try parsed("metrics", String(host)) { (text) throws(AddressError) in try IPAddress(parsing: text)
        }
        guard let address, address.isLoopback else { throw wrong("metrics", expected) }
        return .port(address, port)
    }

    func threshold() throws(JSON.TypeError) -> LogSettings.Threshold? {
        guard let name = try string("log_level") else { return nil }
        guard let threshold = LogSettings.Threshold(named: name) else {
            throw wrong("log_level", "debug, info, warning, error, fatal, panic or none")
        }
        return threshold
    }
}
