package import Addressing

/// The content of CNI_ARGS, `KEY=VALUE` pairs joined with semicolons in any order.
package struct CNIArguments: Hashable, Sendable {
    /// `IP`: addresses asked for, with commas between them; one without a length has its family's full length.
    package private(set) var ips: [InterfaceAddress] = []
    /// `GATEWAY`: gateways asked for, with commas between them.
    package private(set) var gateways: [IPAddress] = []
    /// `MAC`: the hardware address asked for.
    package private(set) var mac: MACAddress?
    /// `IgnoreUnknown`: whether other keys are allowed.
    package private(set) var ignoreUnknown = false
    /// `K8S_POD_NAMESPACE`.
    package private(set) var podNamespace: String?
    /// `K8S_POD_NAME`.
    package private(set) var podName: String?
    /// `K8S_POD_UID`.
    package private(set) var podUID: String?
    /// `K8S_POD_INFRA_CONTAINER_ID`.
    package private(set) var infraContainerID: String?

    /// No arguments.
    package init() {}

    /// Reads the text of CNI_ARGS; an empty value is the same as none, and the last of two equal keys wins.
    ///
    /// - Throws: `CNIFailure` with code 4 for a pair that is none, a bad value, or an unknown key without `IgnoreUnknown`.
    package static func parse(_ text: String) throws(CNIFailure) -> CNIArguments {
        var arguments = CNIArguments()
        var unknown: [String] = []
        let bytes = Array(text.utf8)
        var begin = 0
        while begin < bytes.count || (begin > 0 && begin == bytes.count) {
            var end = begin
            while end < bytes.count && bytes[end] != 0x3B { end += 1 }
            guard let (key, value) = split(bytes[begin..<end]) else {
                let pair = String(decoding: bytes[begin..<end], as: UTF8.self)
                throw failure("expected KEY=VALUE pairs joined with ';', found \(pair.debugDescription)")
            }
            if try !arguments.set(key, value) { unknown.append(key) }
            if end == bytes.count { break }
            begin = end + 1
        }
        guard unknown.isEmpty || arguments.ignoreUnknown else {
            throw failure(
                "unknown key \(unknown.joined(separator: ", ")); add IgnoreUnknown=1 to have unknown keys ignored")
        }
        return arguments
    }

    /// The two sides of a pair's only equals sign.
    private static func split(_ pair: ArraySlice<UInt8>) -> (String, String)? {
        guard let equals = pair.firstIndex(of: 0x3D), equals > pair.startIndex else { return nil }
        let value = pair[(equals + 1)...]
        if value.contains(0x3D) { return nil }
        return (String(decoding: pair[..<equals], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    /// Takes a pair; false when the key is unknown.
    private mutating func set(_ key: String, _ value: String) throws(CNIFailure) -> Bool {
        let text = value.isEmpty ? nil : value
        do throws(AddressError) {
            switch key {
            case "IgnoreUnknown": ignoreUnknown = try Self.truth(value)
            case "K8S_POD_NAMESPACE": podNamespace = text
            case "K8S_POD_NAME": podName = text
            case "K8S_POD_UID": podUID = text
            case "K8S_POD_INFRA_CONTAINER_ID": infraContainerID = text
            case "IP":
                ips = try Self.list(value) { (part) throws(AddressError) in
                    try InterfaceAddress(parsing: part, defaultPrefixLength: .full)
                }
            case "GATEWAY":
                gateways = try Self.list(value) { (part) throws(AddressError) in
                    try IPAddress(parsing: part)
                }
            case "MAC": mac = if let text { try MACAddress(parsing: text) } else { nil }
            default: return false
            }
        } catch {
            throw Self.failure("\(key): \(error)")
        }
        return true
    }

    private static func list<Element>(
        _ text: String, _ parse: (String) throws(AddressError) -> Element
    ) throws(AddressError) -> [Element] {
        var elements: [Element] = []
        if text.isEmpty { return elements }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            elements.append(try parse(String(part)))
        }
        return elements
    }

    private static func truth(_ text: String) throws(AddressError) -> Bool {
        switch text.lowercased() {
        case "1", "true": true
        case "0", "false": false
        default: throw AddressError(found: text, expected: "1, true, 0 or false", reason: "it is neither")
        }
    }

    private static func failure(_ text: String) -> CNIFailure { CNIFailure(.invalidEnvironment, "CNI_ARGS: " + text) }
}
