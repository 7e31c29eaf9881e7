import Addressing
import CNI
import JSON

/// What the runtime or the pod itself asks for: addresses, pools, a MAC.
package struct PodWishes: Sendable {
    /// At most one of each family.
    var addresses: [IPAddress] = []
    /// The hardware address asked for.
    package private(set) var mac: MACAddress?
    /// Pools by name or cidr instead of the configuration's.
    var ipv4Pools: [String]?
    var ipv6Pools: [String]?

    /// Annotations of Calico's that would change what the pod gets, and that Martlet cannot honour.
    private static let refused = ["ipAddrsNoIpam", "floatingIPs"]

    private static let annotations = "io.kubernetes.cri.pod-annotations"
    private static let prefix = "cni.projectcalico.org/"

    /// Collects the wishes: capabilities first, then the pod's annotations, then `args.cni`, then CNI_ARGS.
    ///
    /// - Throws: `CNIFailure` with code 7, or 4 for CNI_ARGS, for a wish that cannot be read or two of one family; with
    ///   code 2 for one that Martlet cannot honour.
    package init(_ request: CNIRequest) throws(CNIFailure) {
        do throws(JSON.TypeError) {
            if let runtime = request.runtimeConfig { try take(runtime) }
            if let arguments = try request.configuration.object("args")?.object("cni") {
                try take(arguments.interfaceAddresses("ips"), arguments, "ips")
            }
        } catch { throw CNIFailure(error) }
        // With addresses given in a newer way, the old one is ignored.
        if addresses.isEmpty {
            for ip in request.args.ips { addresses.append(ip.address) }
            if let twice = secondOfAFamily() {
                throw CNIFailure(
                    .invalidEnvironment,
                    "CNI_ARGS: IP asks for a second address of one family, " + twice.description
                        + "; a pod gets one of each")
            }
        }
        if mac == nil, let asked = request.args.mac {
            guard Self.isUnicast(asked) else {
                throw CNIFailure(
                    .invalidEnvironment,
                    "CNI_ARGS: MAC: expected a unicast hardware address, found " + asked.description)
            }
            mac = asked
        }
    }

    /// Pools of a family, if the pod names any, and the annotation that does.
    func pools(_ family: AddressFamily) -> (names: [String], key: String)? {
        switch family {
        case .ipv4: ipv4Pools.map { ($0, Self.prefix + "ipv4pools") }
        case .ipv6: ipv6Pools.map { ($0, Self.prefix + "ipv6pools") }
        }
    }

    private mutating func take(_ runtime: JSONObject) throws(JSON.TypeError) {
        try take(runtime.interfaceAddresses("ips"), runtime, "ips")
        let macKey = runtime.spelling(of: "mac")
        if let text = try runtime.string(macKey), !text.isEmpty { mac = try parseMAC(text, runtime, macKey) }
        guard let annotations = try runtime.object(runtime.spelling(of: Self.annotations)) else { return }
        for name in Self.refused where annotations.value(Self.prefix + name) != nil {
            throw annotations.unsupported(Self.prefix + name, "no such annotation: ask for addresses with ipAddrs")
        }
        ipv4Pools = try annotations.texts(Self.prefix + "ipv4pools")
        ipv6Pools = try annotations.texts(Self.prefix + "ipv6pools")
        if mac == nil, let text = try annotations.string(Self.prefix + "hwAddr") {
            mac = try parseMAC(text, annotations, Self.prefix + "hwAddr")
        }
        guard addresses.isEmpty, let texts = try annotations.texts(Self.prefix + "ipAddrs") else { return }
        let key = Self.prefix + "ipAddrs"
        for text in texts {
            do throws(AddressError) { addresses.append(try IPAddress(parsing: text)) } catch {
                throw annotations.wrong(key, error.expected + " (" + error.reason + ")")
            }
        }
        if secondOfAFamily() != nil { throw annotations.wrong(key, "at most one address of each family") }
    }

    private mutating func take(
        _ wanted: [InterfaceAddress], _ object: JSONObject, _ key: String
    ) throws(JSON.TypeError) {
        guard addresses.isEmpty else { return }
        for address in wanted { addresses.append(address.address) }
        if secondOfAFamily() != nil { throw object.wrong(key, "at most one address of each family") }
    }

    private func parseMAC(
        _ text: String, _ object: JSONObject, _ key: String
    ) throws(JSON.TypeError) -> MACAddress {
        do throws(AddressError) {
            let mac = try MACAddress(parsing: text)
            if Self.isUnicast(mac) { return mac }
        } catch { throw object.wrong(key, error.expected + " (" + error.reason + ")") }
        throw object.wrong(key, "a unicast hardware address")
    }

    private static func isUnicast(_ mac: MACAddress) -> Bool { !mac.isMulticast && !mac.isZero }

    private func secondOfAFamily() -> IPAddress? {
        for index in addresses.indices
        where addresses[..<index].contains(where: { $0.family == addresses[index].family }) {
            return addresses[index]
        }
        return nil
    }
}

extension JSONObject {
    /// An annotation whose text is a JSON array of texts: `["pool-a"]`.
    fileprivate func texts(_ key: String) throws(JSON.TypeError) -> [String]? {
        guard let annotation = try string(key), !annotation.isEmpty else { return nil }
        let parsed: JSON
        do throws(JSON.SyntaxError) { parsed = try JSON.parse(Array(annotation.utf8)) } catch {
            throw wrong(key, "a JSON array of strings (" + error.description + ")")
        }
        guard case .array(let elements) = parsed else { throw wrong(key, "a JSON array of strings") }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw wrong(key, "a JSON array of strings") }
            texts.append(text)
        }
        return texts
    }
}
