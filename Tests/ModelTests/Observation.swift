import CSQLite
import Foundation
import Synchronization
import TestKit

/// What there is on a node.
struct Observation: Sendable {
    /// Nil where there is no ledger.
    let book: Book
    let kernel: Kernel
    /// Rules that hold whatever has happened, and do not.
    let breaches: [String]

    /// What the host's kernel has.
    struct Kernel: Hashable, Sendable {
        /// The names of links by alias.
        var links: [String: String] = [:]
        /// The devices of routes to single addresses.
        var routes: [IP: String] = [:]
        /// Those of Martlet's protocol number.
        var blackholes: Set<Span> = []

        var lines: [String] {
            links.keys.sorted().map { "link of \($0)" }
                + routes.sorted { $0.key < $1.key }.map { "route to \($0.key) by \($0.value)" }
                + blackholes.sorted().map { "blackhole \($0)" }
        }
    }
}

/// Looks at a node: the ledger by one reading, the kernel by programs that stay.
final class Observer: Sendable {
    private let node: Node
    private let listings: Mutex<Listings>

    private struct Listings: Sendable {
        let ip4: Dialogue
        let ip6: Dialogue

        init(on node: Node) throws {
            ip4 = try node.namespace.converse("/sbin/ip", "-j", "-force", "-batch", "-")
            ip6 = try node.namespace.converse("/sbin/ip", "-j", "-6", "-force", "-batch", "-")
        }
    }

    init(_ node: Node) throws {
        self.node = node
        listings = Mutex(try Listings(on: node))
    }

    /// On a thread that may block.
    func look() throws -> Observation {
        let (book, breaches) = try LedgerReading.read(node.ledger.path)
        return Observation(book: book, kernel: try kernel(), breaches: breaches)
    }

    private func kernel() throws -> Observation.Kernel {
        try listings.withLock { listings in
            do { return try Self.kernel(listings) } catch is StaleName {
                listings = try Listings(on: node)
                return try Self.kernel(listings)
            }
        }
    }

    /// `ip` remembers the names of links by their numbers, and a number may come again.
    private struct StaleName: Error {}

    private static func kernel(_ listings: Listings) throws -> Observation.Kernel {
        var kernel = Observation.Kernel()
        var names: Set<String> = []
        for link in try objects(listings.ip4.ask("link show type veth")) {
            let name = link["ifname"] as? String ?? ""
            names.insert(name)
            if let alias = link["ifalias"] as? String { kernel.links[alias] = name }
        }
        for route in try objects(listings.ip4.ask("route show")) + objects(listings.ip6.ask("route show")) {
            guard let destination = route["dst"] as? String, destination != "default" else { continue }
            let protocolName = route["protocol"].map { "\($0)" } ?? ""
            if route["type"] as? String == "blackhole" {
                if protocolName == "80" { kernel.blackholes.insert(try Span(destination)) }
            } else if !destination.contains("/") {
                let device = route["dev"] as? String ?? ""
                if !names.contains(device) { throw StaleName() }
                kernel.routes[try IP(destination)] = device
            }
        }
        return kernel
    }

    private static func objects(_ line: [UInt8]) throws -> [[String: Any]] {
        try JSONSerialization.jsonObject(with: Data(line)) as? [[String: Any]] ?? []
    }
}
