import Addressing
import Resources

/// BIRD 2's configuration of one node, `bird.conf`: a pure function of mesh and settings.
///
/// Only the list of sessions changes when nodes come and go, so that no other session notices. Blocks are not in it at
/// all: BIRD learns each from its blackhole route.
package struct Configuration: Hashable, Sendable {
    private let speaker: Speaker
    private let settings: LocalSettings

    /// The configuration of a node.
    package init(of speaker: Speaker, _ settings: LocalSettings) {
        self.speaker = speaker
        self.settings = settings
    }

    /// The file's text.
    package var text: String {
        let families = AddressFamily.allCases.filter { speaker.address($0) != nil }
        var sections = [header, ownBlock, devices(families)]
        if settings.bfd { sections.append(detection) }
        for family in families {
            sections += [filters(family), kernel(family), template(family)]
            sections += speaker.neighbours(family).map { session($0) }
        }
        return sections.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private var header: [String] {
        let log = settings.log.map { "\"\($0)\"" } ?? "stderr"
        return [
            "# Written by martletd; changes are lost.",
            "log \(log) { info, remote, warning, error, auth, fatal, bug };",
            "router id \(settings.routerID);",
            "graceful restart wait 15;",
            "timeformat protocol iso long;",
            "timeformat route iso long;",
        ]
    }

    private var ownBlock: [String] {
        [
            "# This node's blocks: their blackhole routes, learnt from the kernel.",
            "function is_own_block() {",
            "  return source = RTS_INHERIT && krt_source = \(settings.routeProtocol) && dest = RTD_BLACKHOLE;",
            "}",
        ]
    }

    /// Pods' interfaces are left out of the connected networks, and with them the wires' addresses.
    private func devices(_ families: [AddressFamily]) -> [String] {
        let ignored = ["cali*", "kube-ipvs*"] + speaker.mesh.configuration.ignoredInterfaces
        let pattern = ignored.map { "-\"\($0)\", " }.joined()
        return [
            "protocol device { scan time 30; }",
            "",
            "protocol direct {",
            "  " + families.map { $0.keyword + "; " }.joined().dropLast(),
            "  interface \(pattern)\"*\";",
            "}",
        ]
    }

    private var detection: [String] {
        ["protocol bfd { multihop { interval 100 ms; multiplier 3; }; }"]
    }

    // MARK: Filters

    /// What is let in and out: blocks of exactly the pools' sizes, and nothing else whoever announces it.
    private func filters(_ family: AddressFamily) -> [String] {
        let pools = speaker.mesh.pools.filter { $0.cidr.family == family }.sorted { $0.cidr < $1.cidr }
        let n = family.digit
        return [
            function("is_block\(n)", in: pools.map { "\($0.cidr){\($0.blockSize),\($0.blockSize)}" }),
            function("is_pod\(n)", in: pools.map { "\($0.cidr){\(family.bits),\(family.bits)}" }),
            function(
                "is_exported\(n)",
                in: pools.filter { !$0.disableBGPExport }.map { "\($0.cidr){\($0.blockSize),\($0.blockSize)}" }),
            """
            filter kernel\(n)_in {
              # Above anybody's announcement of the same block.
              if is_own_block() && is_block\(n)() then { preference = 200; accept; }
              if is_pod\(n)() && ifname ~ "cali*" then accept;
              reject;
            }
            filter kernel\(n)_out { if source = RTS_BGP && is_block\(n)() then accept; reject; }
            filter mesh\(n)_in { if is_block\(n)() then accept; reject; }
            filter mesh\(n)_out {
            """,
        ] + communities(family) + [
            "  if is_own_block() && is_exported\(n)() then accept;"
        ]
            + (speaker.node.bgp.routeReflectorClusterID == nil
                ? [] : ["  if source = RTS_BGP && is_block\(n)() then accept;"]) + ["  reject;", "}"]
    }

    /// BIRD has no empty set.
    private func function(_ name: String, in prefixes: [String]) -> String {
        let condition = prefixes.isEmpty ? "false" : "net ~ [ \(prefixes.joined(separator: ", ")) ]"
        return "function \(name)() { return \(condition); }"
    }

    /// The marks that blocks within a range are announced with.
    private func communities(_ family: AddressFamily) -> [String] {
        let configuration = speaker.mesh.configuration
        return configuration.prefixAdvertisements.filter { $0.cidr.family == family }.map { advertisement in
            let marks = configuration.communities(of: advertisement).map { community in
                let list = community.parts.count == 3 ? "bgp_large_community" : "bgp_community"
                return "\(list).add((\(community.parts.map { "\($0)" }.joined(separator: ","))));"
            }
            let range = "\(advertisement.cidr){\(advertisement.cidr.length),\(family.bits)}"
            return "  if net ~ [ \(range) ] then { \(marks.joined(separator: " ")) }"
        }
    }

    // MARK: Protocols

    /// The kernel's metric lies above that of the plugin's blackholes: what is this node's stays this node's.
    private func kernel(_ family: AddressFamily) -> [String] {
        let n = family.digit
        return [
            "protocol kernel kernel\(n) {",
            "  learn; persist; graceful restart;",
            "  scan time 5;",
            "  metric 32;",
        ] + (settings.ecmp ? ["  merge paths on;"] : []) + [
            "  \(family.keyword) { import filter kernel\(n)_in; export filter kernel\(n)_out; };",
            "}",
        ]
    }

    /// What all sessions of a family have in common.
    private func template(_ family: AddressFamily) -> [String] {
        let n = family.digit
        let port = speaker.mesh.configuration.listenPort.map { " port \($0)" } ?? ""
        return [
            "template bgp bgp\(n) {",
            "  local\(port) as \(speaker.asNumber);",
            "  multihop;",
            "  graceful restart on;",
            "  hold time \(settings.holdTime); keepalive time \(settings.holdTime / 3);",
            "  connect delay time 2; connect retry time 5; error wait time 5,30;",
        ] + (settings.bfd ? ["  bfd on;"] : []) + [
            "  \(family.keyword) {",
            "    import filter mesh\(n)_in; export filter mesh\(n)_out;",
            "    gateway recursive; add paths on;",
            "    import limit 200000 action block;",
            "  };",
            "}",
        ]
    }

    private func session(_ neighbour: Neighbour) -> [String] {
        let family = neighbour.address.family
        let port = neighbour.port.map { " port \($0)" } ?? ""
        var lines = ["  neighbor \(neighbour.address)\(port) as \(neighbour.asNumber);"]
        if neighbour.usesNodeAddress, let own = speaker.address(family)?.address {
            lines.append("  source address \(own);")
        }
        if neighbour.isPassive { lines.append("  passive on;") }
        if let cluster = neighbour.clusterID { lines.append("  rr client; rr cluster id \(cluster);") }
        if let time = neighbour.restartTime { lines.append("  graceful restart time \(time.seconds);") }
        if let count = neighbour.allowedOwnASNumbers { lines.append("  allow local as \(count);") }
        if let hops = neighbour.ttlSecurity { lines.append("  ttl security on; multihop \(hops);") }
        if let password = neighbour.password { lines.append("  password \"\(password.text)\";") }
        if neighbour.keepsNextHop { lines.append("  \(family.keyword) { next hop keep; };") }
        return ["protocol bgp \(neighbour.name) from bgp\(family.digit) {"] + lines + ["}"]
    }
}

extension AddressFamily {
    /// BIRD's word for the family's channel.
    fileprivate var keyword: String { self == .ipv4 ? "ipv4" : "ipv6" }
    /// What names of its filters end with.
    fileprivate var digit: String { self == .ipv4 ? "4" : "6" }
}
