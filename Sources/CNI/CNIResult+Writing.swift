internal import Addressing
package import JSON

extension CNIResult {
    /// The result in a version's own shape, `cniVersion` included.
    ///
    /// Before 0.3.0 there is one address of each family and no interface: the first address is written, and every
    /// route goes with its family.
    package func json(version: CNIVersion) -> JSON {
        var members = [JSON.Member("cniVersion", .string(version.rawValue))]
        if version < .v030 {
            for family in AddressFamily.allCases {
                if let entry = oldEntry(family) { members.append(JSON.Member(family.oldKey, entry)) }
            }
        } else {
            members.append("interfaces", interfaces) { $0.json(version) }
            members.append("ips", ips) { $0.json(version) }
            members.append("routes", routes) { $0.json(version) }
        }
        if let dns { members.append(JSON.Member("dns", dns)) }
        return .object(members + extra)
    }

    private func oldEntry(_ family: AddressFamily) -> JSON? {
        for ip in ips where ip.address.address.family == family {
            var members = [JSON.Member("ip", .string(ip.address.description))]
            members.append("gateway", ip.gateway?.description)
            let ownRoutes = routes.filter { $0.dst.family == family }
            members.append("routes", ownRoutes) { $0.json(.v020) }
            return .object(members + ip.extra)
        }
        return nil
    }
}

extension CNIResult.Interface {
    fileprivate func json(_ version: CNIVersion) -> JSON {
        var members = [JSON.Member("name", .string(name))]
        members.append("mac", mac)
        if version >= newMembersSince { members.append("mtu", mtu) }
        members.append("sandbox", sandbox)
        if version >= newMembersSince {
            members.append("socketPath", socketPath)
            members.append("pciID", pciID)
        }
        return .object(members + extra)
    }
}

extension CNIResult.IP {
    fileprivate func json(_ version: CNIVersion) -> JSON {
        var members: [JSON.Member] = []
        if version < .v100 { members.append("version", address.address.family == .ipv4 ? "4" : "6") }
        members.append("address", address.description)
        members.append("gateway", gateway?.description)
        members.append("interface", interface)
        return .object(members + extra)
    }
}

extension CNIResult.Route {
    fileprivate func json(_ version: CNIVersion) -> JSON {
        var members = [JSON.Member("dst", .string(dst.description))]
        members.append("gw", gw?.description)
        if version >= newMembersSince {
            members.append("mtu", mtu)
            members.append("advmss", advmss)
            members.append("priority", priority)
            members.append("table", table)
            members.append("scope", scope)
        }
        return .object(members + extra)
    }
}

extension [JSON.Member] {
    fileprivate mutating func append(_ name: String, _ text: String?) {
        if let text { append(JSON.Member(name, .string(text))) }
    }

    fileprivate mutating func append(_ name: String, _ number: Int?) {
        if let number { append(JSON.Member(name, JSON(number))) }
    }

    /// Appends an array, or nothing when it would be empty.
    fileprivate mutating func append<Value>(_ name: String, _ elements: [Value], _ json: (Value) -> JSON) {
        if elements.isEmpty { return }
        var values: [JSON] = []
        for element in elements { values.append(json(element)) }
        append(JSON.Member(name, .array(values)))
    }
}
