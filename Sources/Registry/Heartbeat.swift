import JSON

/// When a node was last heard of. Its agent writes one a minute, under the node's name.
package struct Heartbeat: Hashable, Sendable {
    package let node: String
    /// Seconds since 1970, by the node's clock.
    package let at: Int

    /// A node counts as alive for so many seconds after it was heard of: two may be lost.
    package static let validity = 180

    /// Puts them together.
    package init(_ node: String, at: Int) {
        self.node = node
        self.at = at
    }

    /// Reads what a registry keeps.
    ///
    /// - Throws: `RegistryError.unusable` that names the object and what is wrong in it.
    package init(_ object: RegistryObject) throws(RegistryError) {
        self = try object.read { (body) throws(JSON.TypeError) in
            Heartbeat(try body.text("node"), at: try body.seconds("at") ?? 0)
        }
    }

    /// Where a node's is found.
    package static func key(of node: String) -> RegistryKey { RegistryKey(.heartbeat, node) }

    /// Where this one is found.
    package var key: RegistryKey { Self.key(of: node) }

    /// As the registry keeps it.
    package var body: String { JSON.object([.init("at", JSON(at)), .init("node", .string(node))]).description }

    /// Whether the node was alive a short while before this moment. A clock that is ahead makes no dead node.
    package func isAlive(at now: Int) -> Bool { now - at < Self.validity }
}
