import Addressing
import BIRD
import JSON
import Logs
import Resources
import System

/// What is wrong with the agent's configuration, with the file and the key.
package struct ConfigurationError: Error, CustomStringConvertible {
    package let description: String
}

extension AgentConfiguration {
    /// Reads and checks a file.
    ///
    /// - Throws: `ConfigurationError`.
    package init(file: String) throws(ConfigurationError) {
        let text: String
        do throws(SystemError) { text = try readText(file, limit: 10 << 20) } catch {
            throw ConfigurationError(description: "\(error.description); give the agent's configuration by --config")
        }
        let json: JSON
        do throws(JSON.SyntaxError) { json = try JSON.parse(Array(text.utf8)) } catch {
            throw ConfigurationError(description: "\(file): \(error.description)")
        }
        do throws(JSON.TypeError) { try self.init(JSONObject(json)) } catch {
            throw ConfigurationError(description: "\(file): \(error.description)")
        }
    }

    private static let keys: Set<String> = [
        "nodename", "nodename_file", "data_dir", "run_dir", "route_protocol", "registry", "objects", "node_range", "ip",
        "ip6", "as_number", "labels", "route_reflector_cluster_id", "low_water", "keep_empty_seconds", "bird",
        "passwords_file", "metrics", "log_level", "log_file_path", "ip_forward", "grace_seconds", "collect_seconds",
    ]

    private init(_ object: JSONObject) throws(JSON.TypeError) {
        try object.refuseOthers(than: Self.keys)
        node = try object.nodeName()
        dataDirectory = try object.path("data_dir") ?? "/var/lib/martlet"
        runDirectory = try object.path("run_dir") ?? "/run/martlet"
        routeProtocol = UInt8(try object.integer("route_protocol", in: 5...255) ?? 80)
        leavesForwarding = try object.leavesForwarding()
        grace = try object.integer("grace_seconds", in: 0...3600) ?? 60
        collects = try object.integer("collect_seconds", in: 1...86_400) ?? 300
        registry = try object.registry()
        objects = try object.resources()
        if registry != nil, !objects.isEmpty {
            throw object.wrong("objects", "no such key beside a registry: give them to martletctl apply")
        }
        ranges = try object.ranges("node_range")
        wishes = try NodeWishes(object)
        claims = Claims(
            lowWater: try object.integer("low_water", in: 0...100_000) ?? 32,
            keepsEmpty: try object.integer("keep_empty_seconds", in: 0...31_536_000) ?? 300)
        bird = try BIRD(try object.object("bird"), in: runDirectory)
        passwords = try object.passwords()
        metrics = try object.metrics()
        log = LogSettings(
            level: try object.threshold() ?? .from(.info), filePath: try object.path("log_file_path"))
    }
}

extension AgentConfiguration.BIRD {
    private static let keys: Set<String> = [
        "start", "program", "configuration", "socket", "log", "ecmp", "bfd", "hold_time", "router_id",
    ]

    fileprivate init(_ object: JSONObject?, in folder: String) throws(JSON.TypeError) {
        configurationFile = try object?.path("configuration") ?? folder + "/bird.conf"
        socket = try object?.path("socket") ?? folder + "/bird.ctl"
        guard let object else { return }
        try object.refuseOthers(than: Self.keys)
        if let word = try object.string("start") {
            guard let starter = Starter(rawValue: word) else { throw object.wrong("start", "\"agent\" or \"others\"") }
            self.starter = starter
        }
        program = try object.path("program") ?? program
        log = try object.path("log")
        ecmp = try object.bool("ecmp") ?? ecmp
        bfd = try object.bool("bfd") ?? bfd
        holdTime = try object.integer("hold_time", in: 3...65_535) ?? holdTime
        routerID = try object.address("router_id", of: .ipv4)
    }
}

extension AgentConfiguration.NodeWishes {
    fileprivate init(_ object: JSONObject) throws(JSON.TypeError) {
        if object.value("ip") != nil { ipv4 = try AddressDetection(object, "ip", .ipv4) }
        ipv6 = try AddressDetection(object, "ip6", .ipv6)
        if let number = try object.integer("as_number", in: 1...Int(UInt32.max)) {
            asNumber = ASNumber(UInt32(number))
        }
        if let labels = try object.object("labels") {
            for member in labels.members { self.labels[member.name] = try labels.string(member.name) ?? "" }
        }
        routeReflectorClusterID = try object.address("route_reflector_cluster_id", of: .ipv4)
    }
}
