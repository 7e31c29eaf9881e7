import Addressing
import CNI
import Glibc
import IPAM
import JSON
import Logs
import System

extension Settings {
    /// Reads and checks the network configuration.
    ///
    /// - Throws: `CNIFailure` with code 7, or 2 where it asks for what Martlet does not do; it names the key, what was
    ///   there and what was expected.
    package init(_ configuration: JSONObject) throws(CNIFailure) {
        do throws(JSON.TypeError) {
            ignoredKeys = try CalicoKeys.examine(configuration)
            dataDirectory = try configuration.absolutePath("data_dir") ?? Self.standardDataDirectory
            if configuration.value("data_dir") == .string("") {
                throw configuration.wrong("data_dir", "an absolute path, or no such key for /var/lib/martlet")
            }
            mtu = try configuration.integer("mtu", in: 0...65_535).flatMap { $0 == 0 ? nil : $0 }
            if let mtu, mtu < 68 { throw configuration.wrong("mtu", "0, or 68 to 65535 bytes") }
            podForwards = try configuration.object("container_settings")?.bool("allow_ip_forwarding") ?? false
            enablesForwarding = try configuration.choice("ip_forward", "auto", "leave") != "leave"
            requiresAgent = try configuration.bool("requires_agent") ?? false
            routeOrigin = UInt8(try configuration.integer("route_protocol", in: 5...255) ?? 80)
            dns = try configuration.object("dns")?.json
            log = try LogSettings(configuration)
            let empty = try JSONObject(.object([]), path: configuration.path(to: "ipam"))
            ipam = try IPAM(try configuration.object("ipam") ?? empty)
            node = try Self.nodeName(configuration)
        } catch { throw CNIFailure(error) }
    }

    /// What DEL needs of a configuration that is wrong elsewhere: where the ledger is, and who delegates.
    package init(ofBroken configuration: JSONObject) throws(CNIFailure) {
        var kept: [JSON.Member] = []
        for member in configuration.members {
            switch member.name {
            case "type", "data_dir", "nodename", "log_file_path", "log_level", "route_protocol": kept.append(member)
            default: break
            }
        }
        let object: JSONObject
        do throws(JSON.TypeError) { object = try JSONObject(.object(kept)) } catch {
            throw CNIFailure(error)
        }
        try self.init(object)
    }

    /// `nodename`, else the content of `nodename_file`, else Calico's old `hostname`, else the machine's name.
    private static func nodeName(_ configuration: JSONObject) throws(JSON.TypeError) -> String {
        let file = try configuration.absolutePath("nodename_file")
        if let name = try configuration.string("nodename"), !name.isEmpty { return name }
        if let path = file {
            let content: String
            do throws(SystemError) { content = try readText(path) } catch {
                if try configuration.bool("nodename_file_optional") != true {
                    throw configuration.wrong("nodename_file", "a file that can be read (" + error.reason + ")")
                }
                content = ""
            }
            if let name = content.split(whereSeparator: \.isWhitespace).first { return String(name) }
        }
        if let name = try configuration.string("hostname"), !name.isEmpty { return name }
        return machineName()
    }
}

extension Settings.IPAM {
    fileprivate init(_ ipam: JSONObject) throws(JSON.TypeError) {
        // Left unsaid, the ledger would quietly be another one.
        if ipam.value("data_dir") != nil { throw ipam.wrong("data_dir", "no such key here: it stands beside ipam") }
        pools = try ipam.pools()
        ipv4Pools = try ipam.strings("ipv4_pools") ?? []
        ipv6Pools = try ipam.strings("ipv6_pools") ?? []
        var assigns: [AddressFamily] = []
        if try ipam.bool("assign_ipv4") ?? true { assigns.append(.ipv4) }
        if try ipam.bool("assign_ipv6") ?? false { assigns.append(.ipv6) }
        self.assigns = assigns
        if assigns.isEmpty {
            throw ipam.wrong("assign_ipv4", "true for one family at least, as assign_ipv6 is not true")
        }
        ranges = try ipam.prefixes("node_range")
        reservations = try ipam.prefixList("reservations")
        blockLimit = try ipam.integer("max_blocks_per_host", in: 0...1_000_000)
        routes = try ipam.routes()
        gateways = try ipam.addresses("gateway")
        let longest = pools.contains { $0.cidr.family == .ipv4 } ? 32 : 128
        prefixLength = try ipam.integer("prefix_length", in: 1...longest)
        restTime = try ipam.integer("rest_seconds", in: 0...86_400)
        for one in ranges.indices where ranges[..<one].contains(where: { $0.family == ranges[one].family }) {
            throw ipam.wrong("node_range", "one range of each family")
        }
    }
}

extension LogSettings {
    fileprivate init(_ configuration: JSONObject) throws(JSON.TypeError) {
        var level = Threshold.from(.info)
        if let name = try configuration.string("log_level"), !name.isEmpty {
            guard let named = Threshold(named: name) else {
                throw configuration.wrong("log_level", "debug, info, warning, error, fatal, panic or none")
            }
            level = named
        }
        self.init(
            level: level, filePath: try configuration.absolutePath("log_file_path"),
            maximumSize: try configuration.integer("log_file_max_size", in: 0...1_000_000) ?? 100,
            maximumAge: try configuration.integer("log_file_max_age", in: 0...36_500) ?? 30,
            maximumCount: try configuration.integer("log_file_max_count", in: 0...10_000) ?? 10)
    }
}
