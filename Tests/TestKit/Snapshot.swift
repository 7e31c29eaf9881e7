/// Everything on a node that an operation may leave behind, one line each, by topic.
package struct Snapshot: Equatable, Sendable {
    /// What the lines of a snapshot are about.
    package enum Topic: String, CaseIterable, Sendable {
        case links
        case addresses
        case routes
        case neighbours
        case rules
        case nftables
        case leases
        case blocks
        case files
    }

    package let lines: [Topic: [String]]

    /// What differs, as a reader wants it: `+` came, `-` went; empty when nothing does.
    package func changes(since earlier: Snapshot, ignoring ignored: Set<Topic> = []) -> String {
        Topic.allCases.filter { !ignored.contains($0) }.flatMap { topic -> [String] in
            let (before, after) = (earlier.lines[topic] ?? [], lines[topic] ?? [])
            return before.filter { !after.contains($0) }.map { "- \(topic.rawValue): \($0)" }
                + after.filter { !before.contains($0) }.map { "+ \(topic.rawValue): \($0)" }
        }.joined(separator: "\n")
    }
}

extension Route {
    /// Of IPv6's link-local or multicast range, which the kernel makes for each link by itself.
    fileprivate var isLinkLocal: Bool { destination.hasPrefix("fe80:") || destination.hasPrefix("ff00:") }
}

extension Neighbour {
    /// An entry of the node's uplink that traffic made and time takes away, not one that somebody has put there.
    fileprivate var isLearnedOnUplink: Bool {
        device == "up0" && !state.contains("PERMANENT") && !isExternallyLearned
    }
}

extension Node {
    /// The node as it is now.
    package func snapshot() async throws -> Snapshot {
        let links = try await namespace.links().map { "\($0.name) \($0.mac) mtu \($0.mtu) \($0.alias ?? "")" }
        // Link-local addresses and their routes come and go with their links, and come late.
        let addresses = try await namespace.addresses().filter { $0.scope != "link" }
            .map { "\($0.link) \($0.address)" }
        let routes = try await namespace.allRoutes().filter { !$0.isLinkLocal }.map {
            "\($0.kind) \($0.destination) table \($0.table) dev \($0.device ?? "-") via \($0.gateway ?? "-") "
                + "proto \($0.proto) metric \($0.metric)"
        }
        let neighbours = try await namespace.neighbours().filter { !$0.isLearnedOnUplink }.map {
            "\($0.device) \($0.address)"
        }
        let nftables = try await namespace.must("/usr/sbin/nft", "list", "ruleset")
        return Snapshot(lines: [
            .links: links, .addresses: addresses, .routes: routes, .neighbours: neighbours,
            .rules: try await namespace.rules(), .nftables: nftables.split(separator: "\n").map(String.init),
            .leases: try await ledger.leases().map { "\($0.address) \($0.network) \($0.container) \($0.ifname)" },
            .blocks: try await ledger.blocks().map { "\($0.cidr) \($0.owner)" },
            .files: fileLines(below: folder.path),
        ])
    }
}

extension Pod {
    /// Links and addresses inside the pod, one line each.
    package func contents() async throws -> [String] {
        let links = try await namespace.links().map { "\($0.name) \($0.mac) mtu \($0.mtu) up \($0.isUp)" }
        // Link-local addresses and their routes come and go with their links, and come late.
        let addresses = try await namespace.addresses().filter { $0.scope != "link" }
            .map { "\($0.link) \($0.address)" }
        let routes = try await namespace.allRoutes().filter { !$0.isLinkLocal }.map {
            "\($0.kind) \($0.destination) \($0.device ?? "-")"
        }
        return links + addresses + routes
    }
}
