import TestKit

extension Household {
    /// Everything on the host that accidents can change, one line each.
    func condition() async throws -> [String] {
        let link = try self.link()
        var lines: [String] = []
        for route in try await host.routes() {
            lines.append("\(route.kind) \(route.destination) \(route.device ?? "-") \(route.proto) \(route.metric)")
        }
        // What the kernel has learned of the pod's link-local address comes and goes.
        for neighbour in try await host.neighbours()
        where neighbour.device == link && !neighbour.address.hasPrefix("fe80:") {
            lines.append("\(neighbour.address) is at \(neighbour.mac ?? "-")")
        }
        if let found = try await host.link(link) {
            lines.append("\(link) \(found.mac) \(found.mtu) \(found.isUp) \(found.alias ?? "-")")
        }
        lines += try await host.addresses(of: link).map(\.address)
        for setting in [
            "ipv4/ip_forward", "ipv6/conf/all/forwarding", "ipv4/conf/\(link)/rp_filter",
            "ipv4/conf/\(link)/proxy_arp", "ipv4/conf/\(link)/forwarding", "ipv6/conf/\(link)/proxy_ndp",
            "ipv6/conf/\(link)/forwarding",
        ] {
            lines.append("\(setting) \(try await host.sysctl("net/\(setting)") ?? "-")")
        }
        lines += try await host.must("/usr/sbin/nft", "list", "ruleset").split(separator: "\n").map(String.init)
        return lines.sorted()
    }

    /// The same, when new links have come to rest.
    func settledCondition() async throws -> [String] {
        var last = try await condition()
        guard
            try await eventually({
                try await Task.sleep(for: .milliseconds(200))
                let now = try await condition()
                defer { last = now }
                return now == last
            })
        else { throw Failure("the node does not come to rest: \(last)") }
        return last
    }

    /// Ends both pods, as a runtime does.
    func delete() async throws {
        for pod in [pod, other] { try await node.delete(pod, configuration: node.network) }
    }
}

extension Node {
    /// What on the host is not Martlet's.
    func foreignThings() async throws -> [String] {
        let routes = try await namespace.allRoutes().filter {
            !($0.device ?? "").hasPrefix("cali") || $0.device == "cali0stranger"
        }.filter { $0.kind != .blackhole || $0.proto != 80 || $0.destination.hasPrefix("10.99.") }
        let links = try await namespace.links().filter { $0.alias == nil }
        let neighbours = try await namespace.neighbours().filter { $0.device == "up0" }
        let table = try await namespace.must("/usr/sbin/nft", "list", "table", "inet", "others")
        return routes.map { "\($0)" }.sorted() + links.map { "\($0)" } + neighbours.map { "\($0)" } + [table]
    }
}
