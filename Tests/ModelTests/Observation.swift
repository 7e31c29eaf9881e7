import CSQLite
import Foundation
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
    private let ledger: String
    private let ip4: Dialogue
    private let ip6: Dialogue

    init(_ node: Node) throws {
        ledger = node.ledger.path
        ip4 = try node.namespace.converse("/sbin/ip", "-j", "-force", "-batch", "-")
        ip6 = try node.namespace.converse("/sbin/ip", "-j", "-6", "-force", "-batch", "-")
    }

    /// On a thread that may block.
    func look() throws -> Observation {
        var kernel = Observation.Kernel()
        for link in try Self.objects(ip4.ask("link show type veth")) {
            if let alias = link["ifalias"] as? String { kernel.links[alias] = link["ifname"] as? String ?? "" }
        }
        for route in try Self.objects(ip4.ask("route show")) + Self.objects(ip6.ask("route show")) {
            guard let destination = route["dst"] as? String, destination != "default" else { continue }
            let protocolName = route["protocol"].map { "\($0)" } ?? ""
            if route["type"] as? String == "blackhole" {
                if protocolName == "80" { kernel.blackholes.insert(try Span(destination)) }
            } else if !destination.contains("/") {
                kernel.routes[try IP(destination)] = route["dev"] as? String ?? ""
            }
        }
        let (book, breaches) = try LedgerReading.read(ledger)
        return Observation(book: book, kernel: kernel, breaches: breaches)
    }

    private static func objects(_ line: [UInt8]) throws -> [[String: Any]] {
        try JSONSerialization.jsonObject(with: Data(line)) as? [[String: Any]] ?? []
    }
}
