internal import Addressing
package import JSON

extension CNIResult {
    /// Reads a result in the shape of its `cniVersion`.
    ///
    /// - Parameters:
    ///   - path: where the result stands, for errors.
    ///   - defaultVersion: the version of a result that does not say.
    /// - Throws: `JSON.TypeError` with the path of what cannot be read.
    package init(json: JSON, path: JSON.Path, defaultVersion: CNIVersion) throws(JSON.TypeError) {
        let object = try JSONObject(json, path: path)
        var version = defaultVersion
        if let text = try object.string("cniVersion"), !text.isEmpty {
            guard let known = CNIVersion(rawValue: text) else {
                throw object.mistake("cniVersion", "one of \(CNIVersion.list)")
            }
            version = known
        }
        self.init()
        dns = object.value("dns")
        if version < .v030 {
            for family in AddressFamily.allCases { try readFamily(family, object) }
            extra = object.members.except("cniVersion", "dns", "ip4", "ip6")
            return
        }
        for interface in try object.objects("interfaces") ?? [] {
            interfaces.append(try Interface(interface, version))
        }
        for ip in try object.objects("ips") ?? [] { ips.append(try IP(ip, version)) }
        for route in try object.objects("routes") ?? [] { routes.append(try Route(route, version)) }
        extra = object.members.except("cniVersion", "dns", "interfaces", "ips", "routes")
    }

    /// Reads `ip4` or `ip6`, the shape of 0.1.0 and 0.2.0.
    private mutating func readFamily(_ family: AddressFamily, _ object: JSONObject) throws(JSON.TypeError) {
        guard let entry = try object.object(family.oldKey) else { return }
        guard let address = try entry.interfaceAddress("ip"), address.address.family == family else {
            throw entry.mistake("ip", "an \(family) address with its prefix length")
        }
        var ip = IP(address: address, gateway: try entry.address("gateway"))
        ip.extra = entry.members.except("ip", "gateway", "routes")
        ips.append(ip)
        for route in try entry.objects("routes") ?? [] { routes.append(try Route(route, .v020)) }
    }
}

extension CNIResult.Interface {
    fileprivate init(_ object: JSONObject, _ version: CNIVersion) throws(JSON.TypeError) {
        guard let name = try object.string("name") else { throw object.mistake("name", "the interface's name") }
        self.init(
            name: name, mac: try object.string("mac").nonEmpty, mtu: try object.integer("mtu", in: 0...Int(Int32.max)),
            sandbox: try object.string("sandbox").nonEmpty)
        socketPath = try object.string("socketPath").nonEmpty
        pciID = try object.string("pciID").nonEmpty
        extra = object.members.except("name", "mac", "mtu", "sandbox", "socketPath", "pciID")
        newMembersSince = min(version, .v110)
    }
}

extension CNIResult.IP {
    fileprivate init(_ object: JSONObject, _ version: CNIVersion) throws(JSON.TypeError) {
        guard let address = try object.interfaceAddress("address") else {
            throw object.mistake("address", "an address with its prefix length")
        }
        self.init(
            address: address, gateway: try object.address("gateway"),
            interface: try object.integer("interface", in: 0...Int(Int32.max)))
        extra = object.members.except("address", "gateway", "interface", "version")
    }
}

extension CNIResult.Route {
    fileprivate init(_ object: JSONObject, _ version: CNIVersion) throws(JSON.TypeError) {
        // Others leave host bits in a destination; the kernel would ignore them.
        guard let dst = try object.interfaceAddress("dst") else { throw object.mistake("dst", "a prefix") }
        self.init(dst: dst.network, gw: try object.address("gw"))
        let range = 0...Int(UInt32.max)
        mtu = try object.integer("mtu", in: range)
        advmss = try object.integer("advmss", in: range)
        priority = try object.integer("priority", in: range)
        table = try object.integer("table", in: range)
        scope = try object.integer("scope", in: 0...255)
        extra = object.members.except("dst", "gw", "mtu", "advmss", "priority", "table", "scope")
        newMembersSince = min(version, .v110)
    }
}

extension AddressFamily {
    /// The family's member in results of 0.1.0 and 0.2.0.
    var oldKey: String {
        switch self {
        case .ipv4: "ip4"
        case .ipv6: "ip6"
        }
    }
}

extension JSONObject {
    fileprivate func interfaceAddress(_ key: String) throws(JSON.TypeError) -> InterfaceAddress? {
        guard let text = try string(key).nonEmpty else { return nil }
        do throws(AddressError) {
            return try InterfaceAddress(parsing: text)
        } catch {
            throw mistake(key, error.expected + " (" + error.reason + ")")
        }
    }

    fileprivate func address(_ key: String) throws(JSON.TypeError) -> IPAddress? {
        guard let text = try string(key).nonEmpty else { return nil }
        do throws(AddressError) {
            return try IPAddress(parsing: text)
        } catch {
            throw mistake(key, error.expected + " (" + error.reason + ")")
        }
    }
}

extension [JSON.Member] {
    /// The members that have none of these names.
    fileprivate func except(_ names: String...) -> [JSON.Member] {
        var rest: [JSON.Member] = []
        for member in self where !names.contains(member.name) { rest.append(member) }
        return rest
    }
}
